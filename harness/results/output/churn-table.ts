import type { Measurements } from "../../model/record/record.ts";
import type { ChurnResult } from "../../model/record/worker-result.ts";
import { countOf, formatCount } from "../../tools/count-text.ts";
import { formatDuration, NO_FIGURE } from "../format/format.ts";
import { combineHistograms } from "../judge/histogram.ts";
import type { Grid } from "../table/grid.ts";
import { percentilesOf } from "./period-percentiles.ts";

type Period = ChurnResult["periods"][number];
type Interruption = ChurnResult["interruptions"][number];

/** Interruptions that are told one by one. */
const MOST_TOLD = 10;

/** Explains the columns of the table. */
export const CHURN_NOTE =
  "Command: p50 / p95 of verified commands that were due in the period. Few samples have no p95. Memory: the load's own process.";

/** The table of a long load: a row for each period. Undefined without one. */
export function churnGrid({ churn }: Pick<Measurements, "churn">): Grid | undefined {
  if (churn === undefined) return undefined;
  const header = [
    ...["period", "until", "command", "failures", "lost", "dropped", "reopened"],
    ...["restarted", "replaced", "memory"],
  ];
  const rows = churn.periods.map((period) => [
    period.period,
    formatDuration(period.endMs),
    commandText(period),
    ...[sumOf(period), period.lost, period.dropped, period.reopened].map(formatCount),
    ...[period.restarted, period.replaced].map(formatCount),
    `${period.workerMib.toFixed(0)} MiB`,
  ]);
  return { header, rows, right: new Set(header.keys()) };
}

/** What a long load came to, in sentences. */
export function churnLines({ churn }: Pick<Measurements, "churn">): readonly string[] {
  if (churn === undefined) return [];
  const { places, openAtEnd, workspaces, readyAtEnd, workerGrowth, interruptions, interruptionsCounted } =
    churn;
  const growth =
    workerGrowth === undefined
      ? "fewer than three periods say nothing of its memory's growth"
      : `its memory changed by ${(workerGrowth * 100).toFixed(1)} % from the second period to the last`;
  const left = interruptionsCounted - Math.min(MOST_TOLD, interruptions.length);
  return [
    `At the end ${formatCount(openAtEnd)} of ${countOf(places, "connection")} answered, and ${formatCount(readyAtEnd)} of ${countOf(workspaces, "workspace")} were ready; ${growth}.`,
    ...[...interruptions].sort(byCost).slice(0, MOST_TOLD).map(interruptionText),
    ...(left > 0 ? [`Besides, ${countOf(left, "interruption")} of fewer connections.`] : []),
  ];
}

function byCost(one: Interruption, other: Interruption): number {
  return other.lost - one.lost;
}

function interruptionText({ startMs, endMs, lost, failures }: Interruption): string {
  const cost = `${countOf(lost, "connection")} lost, ${countOf(failures, "failure")} meanwhile`;
  return endMs === undefined
    ? `Interruption at ${formatDuration(startMs)}: ${cost}; not all were open again at the end.`
    : `Interruption at ${formatDuration(startMs)}: ${cost}; all were open again after ${formatDuration(endMs - startMs)}.`;
}

function sumOf({ failures }: Period): number {
  return failures.reduce((sum, { count }) => sum + count, 0);
}

function commandText({ histograms }: Period): string {
  const [merged] = combineHistograms(histograms.filter(({ phase }) => phase === "held-command"));
  if (merged === undefined || merged.count === 0) return NO_FIGURE;
  const { p50, p95 } = percentilesOf(merged);
  return `${p50} / ${p95}`;
}
