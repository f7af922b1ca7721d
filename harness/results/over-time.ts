import type { Measurements } from "../model/record.ts";
import { formatCount, formatDuration, formatLatency } from "./format.ts";
import { mergeHistograms, summarize } from "./histogram.ts";

/** How many windows in which the generator may have been the limit are named; the record holds all. */
const NAMED = 3;

/** How a schedule was kept. Undefined where there was none; earlier records do not tell whether there was one. */
export function arrivalsLine({ arrivals }: Measurements): string | undefined {
  if (arrivals?.waitedForTurn !== undefined) return undefined;
  if (arrivals === undefined) return undefined;
  const { due, late, lateMaxMs } = arrivals;
  const started =
    late === 0
      ? "none started late"
      : `${formatCount(late)} started late, by ${formatLatency(lateMaxMs * 1000)} at most`;
  return `Arrivals: ${formatCount(due)} due, ${started}.`;
}

/** What the canary probe felt. */
export function probeLine({ histograms, failures }: Measurements): string | undefined {
  const [probe] = mergeHistograms(
    histograms.filter(({ phase, basis }) => phase === "api-probe" && basis === "intended"),
  );
  const failed = failures
    .filter(({ phase }) => phase === "api-probe")
    .reduce((sum, { count }) => sum + count, 0);
  if (probe === undefined && failed === 0) return undefined;
  const { count, percentilesUs, maxUs } =
    probe === undefined ? { count: 0, percentilesUs: {}, maxUs: undefined } : summarize(probe);
  const figures = [
    ...Object.entries(percentilesUs).map(([percentile, us]) => `p${percentile} ${formatLatency(us)}`),
    ...(maxUs === undefined ? [] : [`at most ${formatLatency(maxUs)}`]),
  ];
  const felt = figures.length === 0 ? "no answer" : figures.join(", ");
  return `Other users of the API: ${felt}; ${formatCount(failed)} of ${formatCount(count + failed)} requests failed.`;
}

/** The windows in which the generator may have been the limit. */
export function limitedLines({ windows = [] }: Measurements): readonly string[] {
  const limited = windows.filter(({ generator }) => generator.limited.length > 0);
  if (limited.length === 0) return [];
  const judged = windows.filter(({ paced }) => paced === true).length;
  return [
    `Windows: the generator was late in ${limited.length} of ${judged}:`,
    ...limited
      .slice(0, NAMED)
      .map(
        ({ startMs, endMs, activity, generator }) =>
          `  ${formatDuration(startMs)} to ${formatDuration(endMs)}, ${activity}: ${generator.limited.join("; ")}`,
      ),
    ...(limited.length > NAMED ? [`  and ${limited.length - NAMED} more: see record.json`] : []),
  ];
}
