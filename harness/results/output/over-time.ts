import type { Measurements } from "../../model/record/record.ts";
import { formatDuration, formatLatency } from "../format/format.ts";
import { formatCount } from "../../tools/count-text.ts";
import { combineHistograms, PERCENTILES, summarize } from "../judge/histogram.ts";
import { worstProbeMs } from "../judge/worst-probe.ts";

/** How many windows in which the generator may have been the limit are listed; the record has all. */
const NAMED = 3;

/** Reports whether arrivals followed their schedule; undefined if there was none, or an earlier record does not say. */
export function arrivalsLine({ arrivals }: Measurements): string | undefined {
  if (arrivals?.waitedForTurn !== undefined) return undefined;
  if (arrivals === undefined) return undefined;
  const { due, late, lateMaxMs } = arrivals;
  const started =
    late === 0
      ? "none started late"
      : `${formatCount(late)} started late, by at most ${formatLatency(lateMaxMs * 1000)}`;
  return `Arrivals: ${formatCount(due)} due, ${started}.`;
}

/** Reports the API probe's latency over the load and in its worst window. */
export function probeLine({ histograms, failures, windows = [] }: Measurements): string | undefined {
  const [probe] = combineHistograms(
    histograms.filter(({ phase, basis }) => phase === "api-probe" && basis === "intended"),
  );
  const failed = failures
    .filter(({ phase }) => phase === "api-probe")
    .reduce((sum, { count }) => sum + count, 0);
  if (probe === undefined && failed === 0) return undefined;
  const attempts = (probe?.count ?? 0) + Math.max(0, failed - (probe?.failed ?? 0));
  const summary = probe && summarize(probe);
  const worstMs = worstProbeMs(windows);
  const figures = [
    ...PERCENTILES.flatMap((percentile) => {
      const us = summary?.percentilesUs[percentile];
      if (us === undefined) return [];
      return `p${percentile} ${summary?.atLeast.has(percentile) === true ? "≥" : ""}${formatLatency(us)}`;
    }),
    ...(summary?.maxUs === undefined
      ? []
      : [`${failed > 0 ? "the longest at least" : "at most"} ${formatLatency(summary.maxUs)}`]),
    ...(worstMs === undefined ? [] : [`median of the worst window ${formatLatency(worstMs * 1000)}`]),
  ];
  const felt = figures.length === 0 ? "no answer" : figures.join(", ");
  return `Other users of the API: ${felt}; ${formatCount(failed)} of ${formatCount(attempts)} requests failed.`;
}

/** Lists the windows in which the generator may have been the limit. */
export function limitedLines({ windows = [] }: Measurements): readonly string[] {
  const limited = windows.filter(({ generator }) => generator.limited.length > 0);
  if (limited.length === 0) return [];
  const judged = windows.filter(({ judged: is, paced }) => is ?? paced).length;
  return [
    `Windows: the generator may have been the limit in ${limited.length} of ${judged}:`,
    ...limited
      .slice(0, NAMED)
      .map(
        ({ startMs, endMs, activity, generator }) =>
          `  ${formatDuration(startMs)} to ${formatDuration(endMs)}, ${activity}: ${generator.limited.join("; ")}`,
      ),
    ...(limited.length > NAMED ? [`  and ${limited.length - NAMED} more: see record.json`] : []),
  ];
}
