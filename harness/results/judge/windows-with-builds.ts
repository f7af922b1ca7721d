import { mostBuilds } from "../../model/record/builds.ts";
import type { Measurements } from "../../model/record/record.ts";
import type { LoadWindow } from "../../model/record/worker-result.ts";

/**
 * Returns the windows with builds counted from the server's timestamps. Polling sees builds late and counts a
 * workspace that waits for its agents as building, so its counts can exceed the number of daemons.
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
