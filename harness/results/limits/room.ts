import { NOT_PART } from "../../model/record/objective-words.ts";
import type { ObjectiveResult, RunRecord } from "../../model/record/record.ts";
import { windowsWithBuilds } from "../judge/windows-with-builds.ts";

/**
 * How much of what an objective allows a load with room uses at most. Ours: beyond four fifths, the variation from
 * night to night (3 to 4 %) and the queueing near a limit decide whether the next load still meets it.
 */
export const ROOM_SHARE = 0.8;

/**
 * Whether a load met its objectives with room, so that nothing limited it: every objective used at most 80 % of what
 * it allows, no more builds waited than there are daemons, and nothing failed. An objective without a value is not
 * room, and the load of a limited generator neither.
 */
export function hasRoom({ measurements, objectives, stages }: RunRecord): boolean {
  if (measurements === undefined || measurements.generator.limited) return false;
  if (measurements.aborted !== undefined || (measurements.lostParts ?? []).length > 0) return false;
  // Not the verdict: a teardown that went wrong says nothing of the load.
  if (stages.some(({ stage, outcome }) => stage === "load" && outcome !== "ok")) return false;
  const part = objectives.filter(({ note }) => note !== NOT_PART);
  if (part.length === 0 || !part.every(usesFourFifths)) return false;
  const { capacity } = measurements.builds;
  const queued = Math.max(0, ...windowsWithBuilds(measurements).map((window) => window.queued));
  return queued === 0 || (capacity > 0 && queued <= capacity);
}

/** Percentiles of few samples are not judged, but have a value. */
function usesFourFifths({ value, threshold, direction, unit }: ObjectiveResult): boolean {
  if (value === undefined || direction === undefined) return false;
  if (direction === "at-most") return value <= ROOM_SHARE * threshold;
  return unit === "share"
    ? 1 - value <= ROOM_SHARE * (1 - threshold) + 1e-9
    : value >= threshold / ROOM_SHARE;
}
