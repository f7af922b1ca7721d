import type { LoadWindow } from "../../model/record/worker-result.ts";

/** One slow answer is half of two: a window is judged from so many probes on. */
const FEWEST_PROBES = 4;

/**
 * The largest median of the API probe in any window of a stage, milliseconds. A probe without an answer counts as long
 * as it had waited, so that a server that stands still has its worst window then. Windows before and after the stages
 * do not count; records of earlier versions do not name stages, and all of their windows count. Undefined where no
 * window has enough probes.
 */
export function worstProbeMs(windows: readonly LoadWindow[]): number | undefined {
  const isStaged = windows.some(({ stage }) => stage !== undefined);
  const medians = windows.flatMap(({ stage, probe }) => {
    if (probe === undefined || (isStaged && stage === undefined)) return [];
    return probe.count + (probe.waiting ?? 0) < FEWEST_PROBES ? [] : [probe.p50Ms];
  });
  return medians.length === 0 ? undefined : Math.max(...medians);
}
