import type { RunRecord } from "../model/record/record.ts";

/** Returns the seconds of a run's stage that ended well; undefined if it did not. */
export function findStageSeconds({ stages }: Pick<RunRecord, "stages">, name: string): number | undefined {
  const stage = stages.find((each) => each.stage === name && each.outcome === "ok");
  if (stage === undefined) return undefined;
  return Math.max(0, Date.parse(stage.finishedAt) - Date.parse(stage.startedAt)) / 1_000;
}
