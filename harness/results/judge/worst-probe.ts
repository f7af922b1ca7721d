import type { LoadWindow } from "../../model/record/worker-result.ts";

/** A window is judged only with at least this many probes, because of two probes one slow answer would be half. */
const FEWEST_PROBES = 4;

/**
 * Returns the largest median of the API probe, in milliseconds, over all windows of the load's stages. An unanswered
 * probe counts with the time it has waited, so a server that hangs gets its worst window then. Records of earlier
 * versions do not name stages: all their windows count. Undefined if no window has enough probes.
 */
export function worstProbeMs(windows: readonly LoadWindow[]): number | undefined {
  const isStaged = windows.some(({ stage }) => stage !== undefined);
  const medians = windows.flatMap(({ stage, probe }) => {
    if (probe === undefined || (isStaged && stage === undefined)) return [];
    return probe.count + (probe.waiting ?? 0) < FEWEST_PROBES ? [] : [probe.p50Ms];
  });
  return medians.length === 0 ? undefined : Math.max(...medians);
}
