import {
  isAfterBuilds,
  mostAtOnce,
  runsIn,
  timeOf,
} from "../../../reference-architectures/mixed/plan-schedule.ts";
import {
  API_PROBE,
  type PlannedLoad,
  type PlannedSchedule,
} from "../../../reference-architectures/mixed/schedule.ts";
import type { CoderClient } from "../../coder/client.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { LoadResult, MixedResult } from "../../model/record/worker-result.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadContext, LoadWorkspace } from "../context/load-context.ts";
import { PeriodClock, PeriodLedger } from "../context/period-ledger.ts";
import { findAppHosts } from "./app-hosts.ts";
import { restartExisting } from "./herd.ts";
import { stopAll } from "../workspaces/stop-workspace.ts";
import { runMixedLoad } from "./mixed-load.ts";
import type { Scenario } from "./scenario.ts";

type LoadFigures = MixedResult["loads"][number];

/**
 * Several loads that begin, overlap and end by the periods of a schedule. Each runs the code of its own scenario or
 * hold on the first users of the load, with ledgers by period. Builds start the workspaces of the last users, which
 * are stopped before the schedule begins.
 */
export const mixed: Scenario = { run, check };

async function run(load: LoadContext, ready: readonly LoadWorkspace[]): Promise<Pick<LoadResult, "mixed">> {
  const { mixed: schedule } = load.task;
  if (schedule === undefined) return {};
  const people = groupByUser(ready);
  const { running, stopped } = divide(people, schedule);
  const toStart = await stopForBuilds(load, stopped);
  await load.together("mixed");
  if (load.signal.aborted) return {};
  const clock = new PeriodClock(schedule.periods);
  const probe = new PeriodLedger(clock, { from: 0, to: schedule.periods.length - 1 });
  load.latencies.copyTo(probe.latencies, [API_PROBE]);
  load.health.keepPacing(true);
  const ended = new AbortController();
  const showing = showPeriods(load, schedule, {
    clock,
    signal: AbortSignal.any([load.signal, ended.signal]),
  });
  try {
    const loads = await Promise.all(
      schedule.loads.map((planned) =>
        runOne(load, planned, {
          clock,
          schedule,
          people: () => (isAfterBuilds(schedule, planned) || planned.kind === "dashboard" ? people : running),
          toStart: toStart.get(planned) ?? [],
        }),
      ),
    );
    // The last period is whole, even if its loads had nothing left to do.
    await showing;
    return { mixed: resultOf(clock, loads, probe) };
  } finally {
    ended.abort(new Error("the schedule is over"));
    await showing;
    load.board.pin(undefined);
    load.health.keepPacing(false);
    load.latencies.copyTo(undefined, []);
    await restartExisting(load, [...toStart.values()].flat());
  }
}

/** The workspaces of each user, users in the order of their first one. */
function groupByUser(ready: readonly LoadWorkspace[]): LoadWorkspace[][] {
  const people = new Map<string, LoadWorkspace[]>();
  for (const workspace of ready)
    people.set(workspace.user.id, [...(people.get(workspace.user.id) ?? []), workspace]);
  return [...people.values()];
}

/** The users whose workspaces run throughout, and, for each load of builds, those whose workspaces it starts. */
function divide(people: readonly LoadWorkspace[][], { loads }: PlannedSchedule) {
  let end = people.length;
  const stopped = new Map<PlannedLoad, LoadWorkspace[]>();
  for (const load of loads)
    if (load.kind === "builds") {
      const start = Math.max(0, end - load.users);
      stopped.set(load, people.slice(start, end).flat());
      end = start;
    }
  return { running: people.slice(0, end), stopped };
}

async function stopForBuilds(
  load: LoadContext,
  stopped: ReadonlyMap<PlannedLoad, LoadWorkspace[]>,
): Promise<ReadonlyMap<PlannedLoad, LoadWorkspace[]>> {
  const results = new Map<PlannedLoad, LoadWorkspace[]>();
  for (const [planned, workspaces] of stopped) results.set(planned, await stopAll(load, workspaces));
  return results;
}

interface Run {
  readonly clock: PeriodClock;
  readonly schedule: PlannedSchedule;
  /** The users that the load may choose from, once it begins. */
  readonly people: () => readonly LoadWorkspace[][];
  readonly toStart: readonly LoadWorkspace[];
}

async function runOne(
  load: LoadContext,
  planned: PlannedLoad,
  { clock, schedule, people, toStart }: Run,
): Promise<LoadFigures> {
  const { startSeconds, endSeconds } = timeOf(schedule, planned);
  const [startMs, endMs] = [startSeconds, endSeconds].map((seconds) => clock.startMs + seconds * 1000);
  const indexOf = (period: string): number => schedule.periods.findIndex(({ name }) => name === period);
  const own = { from: indexOf(planned.from), to: indexOf(planned.to) };
  const ledger = new PeriodLedger(clock, own, load);
  const { latencies, failures } = ledger;
  const waitMs = Math.max(0, (startMs ?? 0) - performance.now());
  await load.clock.sleep(waitMs, load.signal).catch(() => undefined);
  const chosen = people()
    .slice(0, planned.users)
    .flat()
    .filter(({ agentId }) => agentId !== undefined);
  const alone = { ...load, latencies, failures, together: () => Promise.resolve() };
  const ran = await runMixedLoad(alone, planned, {
    ...{ schedule, endMs: endMs ?? 0 },
    workspaces: planned.kind === "builds" ? toStart : chosen,
  });
  const { name, kind, users } = planned;
  return { name, kind, users, ...ran, periods: ledger.figures() };
}

/** Shows which loads run, and begins a window with each period. */
async function showPeriods(
  load: LoadContext,
  schedule: PlannedSchedule,
  { clock, signal }: { readonly clock: PeriodClock; readonly signal: AbortSignal },
): Promise<void> {
  for (const { name, endMs } of clock.periods) {
    const running = schedule.loads
      .filter((one) => one.users > 0 && runsIn(schedule, one, name))
      .map((one) => one.name);
    load.board.pin(`period ${name}: ${running.length === 0 ? "idle" : running.join(", ")}`);
    load.health.cut();
    const waitMs = Math.max(0, clock.startMs + endMs - performance.now());
    await load.clock.sleep(waitMs, signal).catch(() => undefined);
    if (signal.aborted) return;
  }
}

function resultOf(clock: PeriodClock, loads: readonly LoadFigures[], probe: PeriodLedger): MixedResult {
  const sum = (key: "asked" | "held"): number =>
    loads.reduce((total, { connections }) => total + (connections?.[key] ?? 0), 0);
  return {
    periods: clock.periods,
    asked: sum("asked"),
    held: sum("held"),
    loads: [...loads, { name: API_PROBE, kind: "api-probe", users: 0, periods: probe.figures() }],
  };
}

async function check(admin: CoderClient, task: LoadTask): Promise<void> {
  const { deployment, part, mixed: schedule } = task;
  if (schedule === undefined) return;
  const sessions = mostAtOnce(schedule, ({ kind }) => kind === "ssh");
  if (sessions > 0 && deployment.ssh === "none")
    throw new RefbenchError(
      "usage",
      `the schedule "${schedule.name}" has loads of SSH, but this load has no way to carry SSH: remove those loads, or say how (--ssh with --coder-binary)`,
    );
  // The number of sessions is known where the load runs.
  const room = deployment.stdioSessions ?? Infinity;
  if (deployment.ssh === "stdio" && part === undefined && sessions > room)
    throw new RefbenchError(
      "usage",
      `the schedule "${schedule.name}" holds ${sessions} SSH connections at once, but only ${room} sessions of Coder's client fit here: lower users or connectionsPerUser of its loads of SSH, or let several machines carry it`,
    );
  for (const load of schedule.loads)
    if (load.kind === "apps") {
      const { app: slug, by, messageBytes } = load;
      const app = { slug, by, messageBytes, connections: 1, messagesPerSecond: 1, forMs: 0 };
      await findAppHosts(admin, { ...task, app });
    }
}
