import { PHASES_OF_KIND } from "../../../reference-architectures/mixed/schedule.ts";
import type { Measurements } from "../../model/record/record.ts";
import type { MixedResult, PeriodFigures, Phase } from "../../model/record/worker-result.ts";
import { formatCount } from "../../tools/count-text.ts";
import { formatLatency, NO_FIGURE } from "../format/format.ts";
import { combineHistograms, readHistogram } from "../judge/histogram.ts";
import type { Grid } from "../table/grid.ts";
import { percentilesOf } from "./period-percentiles.ts";

/** Explains the cells of the table. */
export const SCHEDULE_NOTE =
  "Each cell: p50 / p95 of what was due in the period, and how much of it failed. Few samples have no p95.";

/** The table of a mixed schedule: rows are loads and what they measure, columns periods. Undefined without one. */
export function scheduleGrid({ mixed }: Pick<Measurements, "mixed">): Grid | undefined {
  if (mixed === undefined) return undefined;
  const names = mixed.periods.map(({ name }) => name);
  const rows = mixed.loads.flatMap((load) =>
    PHASES_OF_KIND[load.kind]
      .filter((phase) => load.periods.some((cell) => hasFigures(cell, phase)))
      .map((phase, index) => [
        index === 0 ? load.name : "",
        phase,
        ...names.map((name) => {
          const cell = load.periods.find(({ period }) => period === name);
          return cell === undefined ? "" : cellText(cell, phase);
        }),
      ]),
  );
  const right = new Set(names.map((_, column) => column + 2));
  return { header: ["load", "phase", ...names], rows, right };
}

/** How many connections of each load were held over its own time, in words. */
export function scheduledLines({ mixed }: Pick<Measurements, "mixed">): readonly string[] {
  if (mixed === undefined) return [];
  return mixed.loads.flatMap((load) => heldLine(load) ?? []);
}

function heldLine({ name, connections, periods }: MixedResult["loads"][number]): string | undefined {
  if (connections === undefined) return undefined;
  const { asked, held, lost, failed } = connections;
  const when = [periods[0]?.period, periods.at(-1)?.period].join(" to ");
  return `${name}, ${when}: ${formatCount(held)} of ${formatCount(asked)} connections held over its time, ${formatCount(lost)} lost, ${formatCount(failed)} failed.`;
}

function hasFigures({ histograms, failures }: PeriodFigures, phase: Phase): boolean {
  return histograms.some((one) => one.phase === phase) || failures.some((one) => one.phase === phase);
}

function cellText({ histograms, failures }: PeriodFigures, phase: Phase): string {
  const [merged] = combineHistograms(histograms.filter((one) => one.phase === phase));
  const counted = failures.filter((one) => one.phase === phase).reduce((sum, { count }) => sum + count, 0);
  const failed = Math.max(counted, merged?.failed ?? 0);
  const failedText = failed === 0 ? [] : [`${formatCount(failed)} failed`];
  if (merged === undefined || merged.count === 0) return failedText.join("") || NO_FIGURE;
  const { p50, p95 } = percentilesOf(merged);
  const both =
    p50 === NO_FIGURE ? `at most ${formatLatency(readHistogram(merged).maxUs)}` : `${p50} / ${p95}`;
  return [both, ...failedText].join(", ");
}
