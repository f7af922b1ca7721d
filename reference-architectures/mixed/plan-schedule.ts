import type { PlannedLoad, PlannedSchedule, PlannedSockets, Schedule, ScheduledLoad } from "./schedule.ts";

/** Connections of a load are opened within this time, or within a quarter of the load's own. */
const OPENING_SECONDS = 30;
const LEAST_PER_SECOND = 10;

type Periods = Pick<Schedule, "periods">;

/** When a load runs, in seconds from the start of the schedule. Both periods must exist. */
export function timeOf(
  { periods }: Periods,
  { from, to }: Pick<PlannedLoad, "from" | "to">,
): { readonly startSeconds: number; readonly endSeconds: number } {
  const before = (index: number): number =>
    periods.slice(0, index).reduce((sum, { seconds }) => sum + seconds, 0);
  const [first, last] = [from, to].map((wanted) => periods.findIndex(({ name }) => name === wanted));
  return { startSeconds: before(first ?? 0), endSeconds: before((last ?? 0) + 1) };
}

/** How long a load runs, in seconds. */
export function lengthOf(schedule: Periods, load: Pick<PlannedLoad, "from" | "to">): number {
  const { startSeconds, endSeconds } = timeOf(schedule, load);
  return endSeconds - startSeconds;
}

/** How long the whole schedule takes, in seconds. */
export function lengthOfAll({ periods }: Periods): number {
  return periods.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** New connections a second of a load, as asked or within a part of its time. */
export function opensPerSecond(schedule: Periods, load: PlannedSockets): number {
  const seconds = Math.min(OPENING_SECONDS, lengthOf(schedule, load) / 4);
  return load.opensPerSecond ?? Math.max(LEAST_PER_SECOND, connectionsOf(load) / seconds);
}

/** All connections of a load; 0 for loads without any. */
export function connectionsOf(load: PlannedLoad): number {
  return "connectionsPerUser" in load ? load.users * load.connectionsPerUser : 0;
}

/** Whether a load begins when all builds have been requested, so that it may use the workspaces that they start. */
export function isAfterBuilds(
  schedule: Periods & { readonly loads: readonly ScheduledLoad[] | readonly PlannedLoad[] },
  load: Pick<PlannedLoad, "from" | "to">,
): boolean {
  const { startSeconds } = timeOf(schedule, load);
  return schedule.loads.every(
    (other) => other.kind !== "builds" || timeOf(schedule, other).endSeconds <= startSeconds,
  );
}

/** The users who can have a load: all of them, or those whose workspaces are not stopped for builds. */
export function availableUsers(schedule: Schedule, load: ScheduledLoad, users: number): number {
  if (load.kind === "dashboard" || load.kind === "builds" || isAfterBuilds(schedule, load)) return users;
  const stopped = schedule.loads.reduce(
    (sum, other) => sum + (other.kind === "builds" ? (other.users ?? users) : 0),
    0,
  );
  return Math.max(0, users - stopped);
}

/** Fills in the number of users, and makes loads of greedy agents. */
export function planSchedule(schedule: Schedule, users: number): PlannedSchedule {
  const loads = schedule.loads.flatMap((load): PlannedLoad[] => {
    const planned = { ...load, users: load.users ?? availableUsers(schedule, load, users) };
    if (planned.kind !== "ssh" && planned.kind !== "terminals") return [planned];
    const { greedy, ...ordinary } = planned;
    if (greedy === undefined) return [ordinary];
    const { users: greedyUsers, bytesPerTick, tickMs } = greedy;
    return [
      ordinary,
      {
        ...ordinary,
        name: greedyName(load.name),
        users: greedyUsers,
        connectionsPerUser: 1,
        traffic: { bytesPerTick, tickMs },
      },
    ];
  });
  const { name, periods, objectives } = schedule;
  return { name, periods, loads, objectives };
}

/** The name of the load that the greedy agents of another load are. */
export function greedyName(load: string): string {
  return `${load}-greedy`;
}

/** The most connections of these loads at the same time. */
export function mostAtOnce(
  schedule: PlannedSchedule,
  isCounted: (load: PlannedLoad) => boolean = () => true,
): number {
  const counts = schedule.periods.map(({ name }) =>
    schedule.loads
      .filter((load) => isCounted(load) && runsIn(schedule, load, name))
      .reduce((sum, load) => sum + connectionsOf(load), 0),
  );
  return Math.max(0, ...counts);
}

/** Whether a load runs in a period. */
export function runsIn(schedule: Periods, load: Pick<PlannedLoad, "from" | "to">, period: string): boolean {
  const { startSeconds, endSeconds } = timeOf(schedule, load);
  const one = timeOf(schedule, { from: period, to: period });
  return startSeconds <= one.startSeconds && endSeconds >= one.endSeconds;
}
