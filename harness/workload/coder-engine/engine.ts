import { setMaxListeners } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isSiteAdmin } from "../../coder/client.ts";
import { CoderHttp } from "../../coder/http/http.ts";
import { sshDoor } from "../../coder/ssh/ssh-door.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { readBuildTimings } from "../workspaces/build-timings.ts";
import { ApiProbe, probeHttp } from "../load/api-probe.ts";
import type { LoadContext, LoadWorkspace, TaskContext } from "../context/load-context.ts";
import { LoadWindows } from "../load/load-windows.ts";
import { deleteTokens } from "../removal/delete-all.ts";
import { prepareLoad } from "../load/prepare-load.ts";
import { ProgressBoard } from "../context/progress-board.ts";
import { readAllParameters } from "./all-parameters.ts";
import { isSsh } from "./arguments.ts";
import { type CleanupResult, cleanMade } from "./clean-made.ts";
import { countConnections } from "./count-connections.ts";
import { createFailure } from "./error-class.ts";
import { listUtilityThings, madeBetween, type UtilityThings } from "./find-made.ts";
import { measureMade } from "./measure-made.ts";
import { listDifferences } from "./not-comparable.ts";
import { type ConnectionRange, planConnections } from "./plan-connections.ts";
import { refuseTask } from "./refuse-task.ts";
import type { UtilityRun } from "./report.ts";
import { UtilityCalls, type CoderEngineOptions } from "./utility-calls.ts";

/** How long a load tries to delete the probe's token. */
const TOKEN_CLEANUP_MS = 5000;

/**
 * Makes a load with Coder's own scaletest utility. The utility creates the workspaces, then holds a
 * connection to each. The items that it made are found by listings before and after, and deleted here. The result has
 * the shape of refbench's own; `notComparable` lists the differences.
 */
export async function runCoderEngine(
  task: LoadTask,
  context: TaskContext,
  options: CoderEngineOptions,
): Promise<LoadResult> {
  refuseTask(task);
  const itself = new AbortController();
  const signal = AbortSignal.any([context.signal, itself.signal]);
  setMaxListeners(0, context.signal, signal);
  const http = new CoderHttp({ ...task.deployment, clock: context.clock });
  const board = new ProgressBoard((event) => context.emit(event), task.workspaces);
  // The utility opens SSH itself: none of refbench's ways is needed.
  const own: LoadTask = { ...task, deployment: { ...task.deployment, ssh: "none" } };
  const folder = await mkdtemp(join(tmpdir(), "refbench-coder-"));
  try {
    const means = { http, ssh: sshDoor(own.deployment), board, signal };
    const { load: prepared, capacity } = await prepareLoad(own, context, means);
    const parameters = task.existing === undefined ? await readAllParameters(prepared) : {};
    const load: LoadContext = { ...prepared, task: { ...own, parameters } };
    let aborted: string | undefined;
    const probe = await startProbe(load, context, (why) => {
      aborted = why;
      load.note(`the load stops and deletes what it made: ${why}`);
      itself.abort(new RefbenchError("interrupted", why));
    });
    const windows = new LoadWindows({ board, failures: load.failures, health: load.health, probe });
    const calls = new UtilityCalls(load, { ...options, folder });
    let done: EngineResult;
    try {
      done = await runStages(load, context, { calls, options });
    } finally {
      await probe.stop();
      await deleteTokens(load, () => true, TOKEN_CLEANUP_MS);
    }
    return {
      stopped: context.signal.aborted,
      startedAtMs: windows.startedAtMs,
      ...countResult(task, done, signal.aborted),
      builds: load.builds.result(capacity),
      failures: load.failures.counted(),
      histograms: load.latencies.encoded(),
      windows: windows.stop(),
      generator: { ...load.health.stop(), ...calls.usage },
      ...(aborted === undefined ? {} : { aborted }),
      engine: {
        name: "coder",
        version: options.utility.version,
        command: `coder ${options.utility.words.join(" ")}`,
        notComparable: listDifferences(task),
        left: done.cleaned.left,
      },
    };
  } finally {
    board.stop();
    await http.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface EngineResult {
  readonly made: UtilityThings;
  readonly workspaces: readonly LoadWorkspace[];
  readonly passed: number;
  readonly failed: number;
  readonly connections: LoadResult["connections"];
  readonly cleaned: CleanupResult;
}

/** Counts users and workspaces. A run that a stop cut short did not fail. */
function countResult(
  { existing, workspaces: wanted }: LoadTask,
  { made, workspaces, passed, failed, connections, cleaned }: EngineResult,
  isInterrupted: boolean,
): Pick<LoadResult, "users" | "workspaces" | "connections"> {
  const ready = workspaces.filter(({ agentId }) => agentId !== undefined);
  const asked = existing === undefined ? wanted : 0;
  return {
    users: {
      asked,
      created: made.users.length,
      withWorkspace: new Set(ready.map(({ user }) => user.id)).size,
      deleted: cleaned.deletedUsers,
    },
    workspaces: {
      asked,
      created: workspaces.length,
      ready: ready.length,
      succeeded: passed,
      failed: isInterrupted || existing !== undefined ? failed : wanted - passed,
      deleted: workspaces.filter(({ state }) => state === "deleted").length,
    },
    connections,
  };
}

const NOTHING: UtilityThings = { workspaces: [], users: [] };

async function runStages(
  load: LoadContext,
  context: TaskContext,
  { calls, options }: { readonly calls: UtilityCalls; readonly options: CoderEngineOptions },
): Promise<EngineResult> {
  const { task } = load;
  calls.refuseMissing();
  const before = await listUtilityThings(load.admin);
  const plan = planConnections(task, before);
  if (task.existing !== undefined) {
    const range = plan.chooseRange(before.workspaces);
    const connections = await connect(load, calls, { ...range, reachable: range.asked });
    return {
      made: NOTHING,
      workspaces: [],
      passed: 0,
      failed: 0,
      connections,
      cleaned: { deletedUsers: 0, left: [] },
    };
  }
  load.note(
    `${calls.command} names its users and workspaces scaletest-<random>-<number>, without a run id: listings before and after find those of this run`,
  );
  const cleaning = cleanMade(load, context, options);
  const runs = await calls.create(before).catch((error: unknown) => ({ error }));
  // Also after a failed or killed call: what it made exists all the same.
  const after = await listUtilityThings(cleaning.admin);
  const reported = "error" in runs ? [] : runs;
  const names = new Set(reported.flatMap((run) => run.names));
  const made = madeBetween(before, after, { count: task.workspaces, names });
  const workspaces = measureMade(load, made);
  try {
    if ("error" in runs) throw runs.error;
    const failed = countRuns(load, reported);
    const reachable = workspaces.filter(({ agentId }) => agentId !== undefined).length;
    const connections = await connect(load, calls, {
      ...plan.chooseRange(after.workspaces, made),
      reachable,
    });
    await readBuildTimings(load, workspaces);
    const cleaned = await cleaning.clean(made, workspaces);
    const passed = reported.filter(({ error }) => error === undefined).length;
    return { made, workspaces, passed, failed, connections, cleaned };
  } catch (error) {
    await cleaning.clean(made, workspaces);
    throw error;
  }
}

/** Counts the failed runs, and records each by its class. */
function countRuns(load: LoadContext, runs: readonly UtilityRun[]): number {
  // A run that a stop cut short did not fail.
  const isCut = (error: string): boolean => load.signal.aborted && /context canceled|interrupt/.test(error);
  const errors = runs.flatMap(({ error }) => (error === undefined || isCut(error) ? [] : [error]));
  for (const error of errors) {
    const failure = createFailure(error);
    load.failures.add(failure.class, failure.phase, failure.message);
  }
  for (const { durationMs } of runs) load.latencies.recordSpan("coder-run", 0, durationMs);
  return errors.length;
}

async function connect(
  load: LoadContext,
  calls: UtilityCalls,
  range: ConnectionRange & { readonly reachable: number },
): Promise<LoadResult["connections"]> {
  const { failures, task } = load;
  const isStopped = (): boolean => load.signal.aborted;
  const counting = { reachable: range.reachable, ssh: isSsh(task), failures };
  if (range.asked === 0 || isStopped()) return countConnections([], { ...counting, asked: 0 });
  const { runs, gauged } = await calls.traffic(range);
  // A connection that a stop cut short did not fail.
  const asked = isStopped() ? runs.length : range.asked;
  return { ...countConnections(runs, { ...counting, asked }), ...gauged };
}

async function startProbe(
  load: LoadContext,
  context: TaskContext,
  onSuffering: (why: string) => void,
): Promise<ApiProbe> {
  const me = await load.admin.me();
  if (me.ok && !isSiteAdmin(me.value))
    throw new RefbenchError(
      "usage",
      `the session belongs to ${me.value.username}, who is not a site admin, and Coder's utility needs one: give the token of a site admin, or use --engine refbench`,
    );
  const token = me.ok ? await load.tokens.mint(load.admin, me.value.id, "probe") : me;
  return new ApiProbe({
    http: probeHttp({ ...load.task.deployment, clock: load.clock }),
    clock: load.clock,
    token: token.ok ? token.value : load.task.token,
    latencies: load.latencies,
    failures: load.failures,
    signal: context.signal,
    abortOn: load.task.abortOn,
    onSuffering,
  });
}
