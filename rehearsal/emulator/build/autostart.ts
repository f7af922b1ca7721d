import { nanosecondsIn } from "../go-duration.ts";
import { type EmulatedWorkspace, latestBuild } from "../state/types.ts";
import type { World } from "../state/world.ts";
import type { WorkspaceBuilds } from "./workspace-builds.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** The form that clients of the API use for one time of each day. */
const DAILY = /^CRON_TZ=UTC (\d{1,2}) (\d{1,2}) \* \* \*$/;

/** The minute of the day, in milliseconds, that a schedule names; undefined if it is no such schedule. */
export function minuteOfDay(schedule: string): number | undefined {
  const [, minute, hour] = DAILY.exec(schedule) ?? [];
  if (minute === undefined || hour === undefined || Number(minute) > 59 || Number(hour) > 23)
    return undefined;
  return (Number(hour) * 60 + Number(minute)) * MINUTE_MS;
}

/** Starts stopped workspaces at the minute of their schedule: Coder looks for them at an interval. */
export class Autostart {
  readonly #world: World;
  readonly #builds: WorkspaceBuilds;
  readonly #timer: NodeJS.Timeout;

  constructor(world: World, builds: WorkspaceBuilds) {
    this.#world = world;
    this.#builds = builds;
    const interval = nanosecondsIn(world.config.env["CODER_AUTOBUILD_POLL_INTERVAL"]);
    const everyMs = interval === undefined ? MINUTE_MS : interval / 1e6;
    this.#timer = setInterval(() => this.#look(), everyMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const tickMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
    for (const workspace of this.#world.workspaces.values())
      if (isDue(workspace, tickMs)) this.#start(workspace);
  }

  #start(workspace: EmulatedWorkspace): void {
    const { version, parameters } = latestBuild(workspace);
    this.#builds.submit(workspace, {
      ...{ transition: "start", version, parameters, reason: "autostart" },
      initiatorId: workspace.ownerId,
    });
  }
}

/** The schedule counts from the workspace's last build. */
function isDue(workspace: EmulatedWorkspace, tickMs: number): boolean {
  if (workspace.deleted || workspace.schedule === undefined) return false;
  const { transition, job, createdAt } = latestBuild(workspace);
  const ofDay = minuteOfDay(workspace.schedule);
  if (transition !== "stop" || job.status !== "succeeded" || ofDay === undefined) return false;
  const stoppedMs = Date.parse(createdAt);
  const sameDayMs = Math.floor(stoppedMs / DAY_MS) * DAY_MS + ofDay;
  return tickMs >= (sameDayMs > stoppedMs ? sameDayMs : sameDayMs + DAY_MS);
}
