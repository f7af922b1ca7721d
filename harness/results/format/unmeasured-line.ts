import type { RunRecord } from "../../model/record/record.ts";
import { formatCount } from "../../tools/count-text.ts";

/**
 * Explains in one line why a record without measurements has no objective results; undefined if it has measurements or
 * no objectives. Such a record counts each objective as missed, but listing them would only hide the reason.
 */
export function unmeasuredLine({ measurements, objectives, stages }: RunRecord): string | undefined {
  if (measurements !== undefined || objectives.length === 0) return undefined;
  const hasLoad = stages.some(({ stage, outcome }) => stage === "load" && outcome !== "skipped");
  const cause = hasLoad ? "the load has no measurements" : "the load did not take place";
  const count =
    objectives.length === 1 ? "1 objective was" : `${formatCount(objectives.length)} objectives were`;
  return `Objectives: ${cause}, so ${count} not measured.`;
}
