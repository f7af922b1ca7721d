import { opensPerSecond } from "../../../reference-architectures/mixed/plan-schedule.ts";
import type { PlannedLoad, PlannedSchedule } from "../../../reference-architectures/mixed/schedule.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { localAddressOf } from "./local-address.ts";
import { without } from "./without.ts";

type Steps = NonNullable<LoadTask["arrival"]>;

/**
 * Splits a load into parts by workspaces, each with its users. The counts of the parts add up to the whole's.
 * So do their rates, in proportion to what they pace, so that ramps and schedules take as long as the
 * whole's.
 */
export function splitLoad(task: LoadTask, parts: number): LoadTask[] {
  if (parts === 1) return [task];
  const { connections, existing } = task;
  const of = (total: number): number[] => deal(total, parts);
  const [users, workspaces] = [of(task.users), of(task.workspaces)];
  const sshTotal = Math.floor(connections.total * connections.sshShare + 1e-9);
  const [totals, ssh, apps] = [of(connections.total), of(sshTotal), of(task.app?.connections ?? 0)];
  const [turns, cleanupTurns] = [of(task.concurrency), of(task.cleanupConcurrency)];
  const traced = of(task.trace?.sample ?? 0);
  const stdio = of(task.deployment.stdioSessions ?? 0);
  // The first part observes for all.
  const whole = without(task, "parts", "observe");
  let nextIndex = task.firstIndex;
  return Array.from({ length: parts }, (_each, index) => {
    const at = (dealt: readonly number[]): number => dealt[index] ?? 0;
    const share = (dealt: readonly number[], total: number): number =>
      total === 0 ? 1 / parts : at(dealt) / total;
    const ofConnections = share(totals, connections.total);
    const firstIndex = nextIndex;
    nextIndex += Math.max(at(users), at(workspaces));
    const localAddress = localAddressOf(task.deployment, index);
    const deployment = localAddress === undefined ? task.deployment : { ...task.deployment, localAddress };
    const part: LoadTask = {
      ...whole,
      deployment,
      part: { index, of: parts },
      firstIndex,
      users: existing === undefined ? at(users) : Math.max(1, at(users)),
      workspaces: at(workspaces),
      concurrency: at(turns),
      cleanupConcurrency: at(cleanupTurns),
      connections: {
        ...connections,
        total: at(totals),
        sshShare: at(totals) === 0 ? connections.sshShare : at(ssh) / at(totals),
        // A part without connections has no ramp, but its rate must be positive.
        rampPerSecond: connections.rampPerSecond * (ofConnections === 0 ? 1 / parts : ofConnections),
        commandsPerSecond: connections.commandsPerSecond * ofConnections,
      },
    };
    if (index === 0 && task.observe !== undefined) part.observe = task.observe;
    if (task.trace !== undefined) part.trace = { ...task.trace, sample: at(traced) };
    const ofWorkspaces = share(workspaces, task.workspaces);
    if (task.deployment.stdioSessions !== undefined)
      part.deployment = { ...deployment, stdioSessions: at(stdio) };
    if (task.arrival !== undefined) part.arrival = slowDown(task.arrival, ofWorkspaces);
    if (task.herd?.arrival !== undefined) part.herd = { arrival: slowDown(task.herd.arrival, ofWorkspaces) };
    if (task.app !== undefined) {
      const ofApps = share(apps, task.app.connections);
      const messagesPerSecond = task.app.messagesPerSecond * ofApps;
      part.app = { ...task.app, connections: at(apps), messagesPerSecond };
    }
    if (task.mixed !== undefined) part.mixed = splitSchedule(task.mixed, { task, index, parts });
    return part;
  });
}

/**
 * The share of a part in a schedule: the users of each load are dealt as the load's users are, and rates of a whole
 * load in proportion. Builds take the last users of each part, so that they are what all but the others leave.
 */
function splitSchedule(
  schedule: PlannedSchedule,
  { task, index, parts }: { readonly task: LoadTask; readonly index: number; readonly parts: number },
): PlannedSchedule {
  const shareOf = (users: number): number => deal(users, parts)[index] ?? 0;
  let end = Math.min(task.users, task.workspaces);
  const usersOf = (load: PlannedLoad): number => {
    if (load.kind !== "builds" || task.existing !== undefined) return shareOf(load.users);
    end -= load.users;
    return shareOf(end + load.users) - shareOf(end);
  };
  const loads = schedule.loads.map((load): PlannedLoad => {
    const users = usersOf(load);
    // A part without users of a load makes nothing of it, but its rates must be positive.
    const share = users === 0 ? 1 / parts : users / load.users;
    if (load.kind === "builds") return { ...load, users, startsPerMinute: load.startsPerMinute * share };
    if (!("connectionsPerUser" in load)) return { ...load, users };
    return { ...load, users, opensPerSecond: opensPerSecond(schedule, load) * share };
  });
  return { ...schedule, loads };
}

/** Whole numbers that add up to the total and differ by at most one. */
function deal(total: number, parts: number): number[] {
  return Array.from(
    { length: parts },
    (_, index) => Math.floor(total / parts) + (index < total % parts ? 1 : 0),
  );
}

function slowDown(steps: Steps, share: number): Steps {
  return steps.map((step) => ({ ...step, perSecond: step.perSecond * share }));
}
