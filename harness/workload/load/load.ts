import { setMaxListeners } from "node:events";
import { CoderHttp } from "../../coder/http/http.ts";
import { sshDoor } from "../../coder/ssh/ssh-door.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { type LoadResult, WINDOW_MS } from "../../model/record/worker-result.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { reportAgents } from "../workspaces/report-agents.ts";
import { readBuildTimings } from "../workspaces/build-timings.ts";
import type { DaemonCounts } from "../context/builds.ts";
import { ApiProbe, PROBE_EVERY_MS, probeHttp } from "./api-probe.ts";
import { createUsers } from "./create-users.ts";
import { deleteTokens, deleteUsers, deleteWorkspaces } from "../removal/delete-all.ts";
import { findExisting, visitExisting } from "../workspaces/existing-workspaces.ts";
import { holdConnections } from "../connections/hold-connections.ts";
import type { LoadContext, LoadUser, LoadWorkspace, TaskContext } from "../context/load-context.ts";
import { leastDurationMs } from "../context/least-duration.ts";
import { LoadWindows } from "./load-windows.ts";
import { prepareLoad } from "./prepare-load.ts";
import { watchCapacity } from "../workspaces/watch-capacity.ts";
import { ProgressBoard } from "../context/progress-board.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { getScenario } from "../scenarios/find-scenario.ts";
import { planWorkspaces, runWorkspace, runWorkspaces } from "../workspaces/run-workspace.ts";

/** How long a load tries to delete its tokens. */
const TOKEN_CLEANUP_MS = { ended: 60_000, stopped: 5_000 };

/** A day has windows of 30 s. */
const MOST_WINDOWS = 2_880;

/** How often the load records a window and sends an API probe, and how long it tries its last step, in milliseconds. */
export interface LoadPace {
  readonly windowMs?: number;
  readonly probeEveryMs?: number;
  /** How long a load that was not stopped tries to delete its tokens. @default 60,000 */
  readonly tokenCleanupMs?: number;
}

/** The results of a load's stages so far, filled in by each stage. */
interface StageResults {
  users: readonly LoadUser[];
  workspaces: readonly LoadWorkspace[];
  connections: LoadResult["connections"];
  daemons: DaemonCounts | undefined;
  arrivals: LoadResult["arrivals"];
  deletedUsers: ReadonlySet<string>;
  apps: LoadResult["apps"];
  mixed: LoadResult["mixed"];
  churn: LoadResult["churn"];
}

/**
 * The load. Creates users and workspaces, reaches each by SSH and runs its command, holds the connections,
 * closes them, and deletes everything. When stopped, it closes its connections and leaves the deleting to the
 * drain. When the deployment suffers more than the task allows, it ends itself and deletes what it made.
 */
export async function runLoad(
  task: LoadTask,
  context: TaskContext,
  pace: LoadPace = {},
): Promise<LoadResult> {
  const scenario = getScenario(task);
  const itself = new AbortController();
  const signal = AbortSignal.any([context.signal, itself.signal]);
  // Thousands of waits listen to these.
  setMaxListeners(0, context.signal, signal);
  const ssh = sshDoor(task.deployment, context.folder);
  const http = new CoderHttp({ ...task.deployment, clock: context.clock });
  const polling = new CoderHttp({ ...task.deployment, clock: context.clock });
  const board = new ProgressBoard((event) => context.emit(event), task.workspaces);
  try {
    const { load, capacity, network } = await prepareLoad(task, context, {
      ...{ http, polling, ssh, board, signal },
    });
    board.setPlan(task, capacity);
    let aborted: string | undefined;
    const abort = (why: string): void => {
      if (aborted !== undefined) return;
      aborted = why;
      load.note(`the load stops and deletes what it made: ${why}`);
      if (task.part !== undefined) context.emit({ type: "aborting", why });
      itself.abort(new RefbenchError("interrupted", why));
    };
    const { suffering } = context.others ?? {};
    suffering?.addEventListener("abort", () => abort(messageOf(suffering.reason)));
    const probe = await startProbe(load, context, pace, abort);
    const sources = { board, failures: load.failures, health: load.health, probe };
    const windows = new LoadWindows(sources, pace.windowMs ?? windowMs(task));
    const done = nothingDone(task);
    const soFar = (): LoadResult => ({
      stopped: context.signal.aborted,
      startedAtMs: windows.startedAtMs,
      builds: load.builds.result(capacity, done.daemons),
      ...stageResult(load, done, signal.aborted),
      windows: windows.soFar(),
      generator: load.health.soFar(),
      network,
    });
    try {
      await runStages(reportingParts(load, context, soFar), context, scenario, done);
    } finally {
      await probe.stop();
      await deleteRemainingTokens(load, context.signal.aborted, done, pace);
    }
    const throttled = http.throttled + polling.throttled;
    if (throttled > 0)
      load.note(`Coder answered ${throttled} requests with 429; each was repeated after its Retry-After`);
    const result = soFar();
    windows.stop();
    load.health.stop();
    return { ...result, ...(aborted === undefined ? {} : { aborted }) };
  } finally {
    board.stop();
    await ssh.close();
    await Promise.all([http.close(), polling.close()]);
  }
}

/** Longer windows for a long load, which would have a hundred thousand of the usual ones in a week. */
function windowMs(task: LoadTask): number {
  return WINDOW_MS * Math.max(1, Math.ceil(leastDurationMs(task) / (MOST_WINDOWS * WINDOW_MS)));
}

async function startProbe(
  load: LoadContext,
  context: TaskContext,
  pace: LoadPace,
  onSuffering: (why: string) => void,
): Promise<ApiProbe> {
  const me = await load.admin.me();
  // If the caller may not create tokens, only the probe's connections are separate from the load.
  const token = me.ok ? await load.tokens.mint(load.admin, me.value.id, "probe") : me;
  const everyMs = pace.probeEveryMs ?? load.task.probeEveryMs ?? PROBE_EVERY_MS;
  return new ApiProbe({
    http: probeHttp({ ...load.task.deployment, clock: load.clock }, everyMs),
    clock: load.clock,
    token: token.ok ? token.value : load.task.token,
    latencies: load.latencies,
    failures: load.failures,
    stage: () => load.board.stage,
    signal: context.signal,
    abortOn: load.task.abortOn,
    onSuffering,
    everyMs,
  });
}

/** A part of a load reports what it has measured whenever it waits for the others, where nothing is paced. */
function reportingParts(load: LoadContext, context: TaskContext, soFar: () => LoadResult): LoadContext {
  if (load.task.part === undefined) return load;
  return {
    ...load,
    together: async (before) => {
      const result = soFar();
      // Workspaces that were not requested yet did not fail.
      if (before === "arrivals") result.workspaces.failed = 0;
      context.emit({ type: "measured", result });
      await load.together(before);
    },
  };
}

function nothingDone({ connections }: LoadTask): StageResults {
  return {
    ...{ users: [], workspaces: [], deletedUsers: new Set<string>() },
    ...{ daemons: undefined, arrivals: undefined, apps: undefined, mixed: undefined, churn: undefined },
    connections: {
      ...{ asked: connections.total, held: 0, heldTerminal: 0, heldSsh: 0 },
      ...{ verified: 0, lost: 0, failed: 0 },
    },
  };
}

async function runStages(
  load: LoadContext,
  context: TaskContext,
  scenario: Scenario,
  done: StageResults,
): Promise<void> {
  const { existing } = load.task;
  const users = existing === undefined ? await createUsers(load) : [];
  done.users = users;
  const workspaces =
    existing === undefined ? planWorkspaces(load, users) : await findExisting(load, existing);
  done.workspaces = workspaces;
  await load.together("arrivals");
  load.board.stage = "arrivals";
  load.board.activity = existing === undefined ? "creating workspaces" : "visiting workspaces";
  const capacity = existing === undefined ? watchCapacity(load) : undefined;
  done.arrivals = await runWorkspaces(
    load,
    workspaces,
    existing === undefined ? runWorkspace : visitExisting,
  );
  done.daemons = await capacity?.stop();
  const isReady = ({ agentId }: LoadWorkspace): boolean => agentId !== undefined;
  await load.together("scenario");
  load.board.stage = "scenario";
  Object.assign(done, await scenario.run(load, workspaces.filter(isReady), users));
  await load.together("ramp");
  const { connections, close } = await holdConnections(load, workspaces.filter(isReady));
  done.connections = connections;
  load.health.stopPacing();
  load.board.stage = undefined;
  await load.together("close");
  await close();
  await reportAgents(load, workspaces);

  // A load that ended itself still deletes; only a stop leaves that to the drain.
  const ending = { ...load, signal: context.signal };
  if (existing === undefined) await readBuildTimings(load, workspaces);
  const isKept = existing !== undefined || load.task.keep === true;
  if (isKept) return;
  await deleteWorkspaces(ending, workspaces);
  done.deletedUsers = await deleteUsers(ending, users);
}

/** Deletes the tokens of users that remain. The drain deletes a stopped load's own users. */
async function deleteRemainingTokens(
  load: LoadContext,
  isStopped: boolean,
  { users, deletedUsers }: StageResults,
  { tokenCleanupMs = TOKEN_CLEANUP_MS.ended }: LoadPace,
): Promise<void> {
  const ours = new Set(users.filter(({ isOurs }) => isOurs).map(({ id }) => id));
  const isGone = isStopped ? ours : deletedUsers;
  const timeoutMs = isStopped ? TOKEN_CLEANUP_MS.stopped : tokenCleanupMs;
  await deleteTokens(load, (userId) => !isGone.has(userId), timeoutMs);
}

/** The results of the load's stages and ledgers. */
function stageResult(load: LoadContext, done: StageResults, isInterrupted: boolean) {
  return {
    users: countUsers(load.task, done),
    workspaces: countWorkspaces(load.task, done.workspaces, isInterrupted),
    connections: done.connections,
    ...clockResult(load),
    ...pollResult(load),
    failures: load.failures.counted(),
    histograms: load.latencies.encoded(),
    ...tracedResult(done.workspaces),
    ...(done.arrivals === undefined ? {} : { arrivals: done.arrivals }),
    ...(done.apps === undefined ? {} : { apps: done.apps }),
    ...(done.mixed === undefined ? {} : { mixed: done.mixed }),
    ...(done.churn === undefined ? {} : { churn: done.churn }),
  } satisfies Partial<LoadResult>;
}

function tracedResult(workspaces: readonly LoadWorkspace[]): Pick<LoadResult, "traced"> {
  const traced = workspaces.flatMap(({ trace }) => trace?.result() ?? []);
  return traced.length === 0 ? {} : { traced };
}

function countUsers(task: LoadTask, { users, workspaces, deletedUsers }: StageResults): LoadResult["users"] {
  // A requested workspace that was never built does not count: it must have become ready.
  const isOwned = ({ id, agentId, succeeded }: LoadWorkspace): boolean =>
    task.existing === undefined ? agentId !== undefined || succeeded : id !== undefined;
  const withWorkspace = new Set(workspaces.filter(isOwned).map(({ user }) => user.id));
  const created = users.filter(({ isOurs }) => isOurs || task.reuseUsers === true).length;
  const asked = task.existing === undefined ? task.users : withWorkspace.size;
  const counts = { asked, created, withWorkspace: withWorkspace.size, deleted: deletedUsers.size };
  return task.part === undefined ? counts : { ...counts, owners: [...withWorkspace] };
}

function clockResult({ clocks }: LoadContext): Pick<LoadResult, "clocks"> {
  const known = clocks.result();
  return known === undefined ? {} : { clocks: known };
}

function pollResult({ polls }: LoadContext): Pick<LoadResult, "polls"> {
  const counted = polls.counted();
  return counted === undefined ? {} : { polls: counted };
}

function countWorkspaces(
  { existing }: LoadTask,
  workspaces: readonly LoadWorkspace[],
  isInterrupted: boolean,
): LoadResult["workspaces"] {
  const count = (is: (workspace: LoadWorkspace) => boolean): number => workspaces.filter(is).length;
  const succeeded = count((workspace) => workspace.succeeded);
  return {
    asked: workspaces.length,
    created: existing === undefined ? count(({ id }) => id !== undefined) : 0,
    ready: count(({ agentId }) => agentId !== undefined),
    succeeded,
    // A workspace that a stop cut short did not fail.
    failed: isInterrupted ? count(({ state }) => state === "failed") : workspaces.length - succeeded,
    deleted: count(({ state }) => state === "deleted"),
  };
}
