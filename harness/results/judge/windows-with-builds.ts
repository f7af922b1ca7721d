import { mostBuilds } from "../../model/record/builds.ts";
import type { Measurements } from "../../model/record/record.ts";
import type { LoadWindow } from "../../model/record/worker-result.ts";

/**
 * The windows with builds as the server stamped them. What polling sees is later than the truth, and a workspace that
 * waits for its agents looks like one that is built, so that its counts go above the number of daemons.
 */
export function windowsWithBuilds({
  windows = [],
  builds,
  startedAtMs,
}: Measurements): readonly LoadWindow[] {
  const { jobs, since } = builds;
  if (jobs === undefined || since === undefined || startedAtMs === undefined) return windows;
  const within = mostBuilds(jobs);
  const aheadMs = startedAtMs - since;
  return windows.map((window) => {
    const { queued, running } = within(window.startMs + aheadMs, window.endMs + aheadMs);
    return { ...window, queued, building: running };
  });
}
