import type { LoadTask } from "../../model/ports/worker-task.ts";
import { without } from "./without.ts";

/** The load that one worker carries with room to spare. */
const CONNECTIONS_PER_PART = 10_000;

type Steps = NonNullable<LoadTask["arrival"]>;

/** What decides how many parts a load has. */
export type CountedLoad = Pick<
  LoadTask,
  | ("users" | "workspaces" | "concurrency" | "cleanupConcurrency" | "connections")
  | ("existing" | "app" | "arrival" | "part" | "parts")
> & { readonly deployment: Pick<LoadTask["deployment"], "stdioSessions"> };

/** How many parts the load is split into: as many as the task says, else one per 10,000 connections. */
export function countParts(task: CountedLoad): number {
  if (task.part !== undefined) return 1;
  return Math.max(1, Math.min(countWantedParts(task), countPossibleParts(task)));
}

/** A sentence if the load has fewer parts than its size needs, because it cannot be split further. */
export function explainFewerParts(task: LoadTask): string | undefined {
  const [dealt, wanted] = [countParts(task), countWantedParts(task)];
  if (task.part !== undefined || dealt >= wanted) return undefined;
  return (
    `generator processes: ${dealt} instead of ${wanted} (one per ${CONNECTIONS_PER_PART.toLocaleString("en")} connections), because each needs ` +
    `its own workspaces, users and turns: --concurrency 0 and --cleanup-concurrency 0 remove the limit by turns`
  );
}

function countWantedParts({ connections, app, parts }: CountedLoad): number {
  return parts ?? Math.ceil(Math.max(connections.total, app?.connections ?? 0) / CONNECTIONS_PER_PART);
}

/** Each part needs its own user, workspace and turn: a part with 0 turns would have no limit. */
function countPossibleParts(task: CountedLoad): number {
  const { deployment, concurrency, cleanupConcurrency, existing, app, arrival } = task;
  // On a schedule there are no turns.
  const turns = arrival === undefined ? [concurrency, cleanupConcurrency] : [cleanupConcurrency];
  const limits = turns.filter((limit) => limit > 0);
  if (existing === undefined) limits.push(task.users, task.workspaces);
  for (const limit of [deployment.stdioSessions, app?.connections])
    if (limit !== undefined) limits.push(limit);
  return Math.min(...limits, Infinity);
}

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
  const stdio = of(task.deployment.stdioSessions ?? 0);
  const whole = without(task, "parts");
  let nextIndex = task.firstIndex;
  return Array.from({ length: parts }, (_each, index) => {
    const at = (dealt: readonly number[]): number => dealt[index] ?? 0;
    const share = (dealt: readonly number[], total: number): number =>
      total === 0 ? 1 / parts : at(dealt) / total;
    const ofConnections = share(totals, connections.total);
    const firstIndex = nextIndex;
    nextIndex += Math.max(at(users), at(workspaces));
    const part: LoadTask = {
      ...whole,
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
    const ofWorkspaces = share(workspaces, task.workspaces);
    if (task.deployment.stdioSessions !== undefined)
      part.deployment = { ...task.deployment, stdioSessions: at(stdio) };
    if (task.arrival !== undefined) part.arrival = slowDown(task.arrival, ofWorkspaces);
    if (task.herd?.arrival !== undefined) part.herd = { arrival: slowDown(task.herd.arrival, ofWorkspaces) };
    if (task.app !== undefined) {
      const ofApps = share(apps, task.app.connections);
      const messagesPerSecond = task.app.messagesPerSecond * ofApps;
      part.app = { ...task.app, connections: at(apps), messagesPerSecond };
    }
    return part;
  });
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
