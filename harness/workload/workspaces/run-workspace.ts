import type { LoadResult } from "../../model/record/worker-result.ts";
import { arrivalSchedule } from "./arrival-schedule.ts";
import { awaitReady } from "./await-ready.ts";
import { generatorNow } from "../context/clock-watch.ts";
import { type LoadContext, type LoadUser, type LoadWorkspace, setState } from "../context/load-context.ts";
import { pace } from "../generator/pacer.ts";
import { takeTurns } from "../context/take-turns.ts";
import { traceOf } from "../context/workspace-trace.ts";
import { visitWorkspace } from "../connections/visit-workspace.ts";
import { CALL_TIMEOUT_MS } from "../../coder/http/http.ts";

/** Takes one workspace through its part of the load. It is due at that instant, even if it starts later. */
export type Arrive = (load: LoadContext, workspace: LoadWorkspace, dueMs: number) => Promise<void>;

/**
 * Takes every workspace through `arrive`: as many at once as the task says, or each when its schedule says
 * so. Returns how well the schedule was kept; undefined without one.
 */
export async function runWorkspaces(
  load: LoadContext,
  workspaces: readonly LoadWorkspace[],
  arrive: Arrive,
): Promise<LoadResult["arrivals"]> {
  const { arrival, concurrency } = load.task;
  if (arrival !== undefined) return onSchedule(load, workspaces, arrival, arrive);
  await takeTurns(workspaces, concurrency, (workspace, dueMs) => arrive(load, workspace, dueMs));
  return undefined;
}

async function onSchedule(
  load: LoadContext,
  workspaces: readonly LoadWorkspace[],
  steps: NonNullable<LoadContext["task"]["arrival"]>,
  arrive: Arrive,
) {
  const { signal, health, task } = load;
  const arriving: Promise<void>[] = [];
  const arrivals = { due: 0, late: 0, lateMaxMs: 0 };
  const slip = {
    record: (milliseconds: number) => {
      health.slip.arrivals.record(milliseconds);
      if (milliseconds > task.generatorLimits.slipP99Ms) arrivals.late++;
      arrivals.lateMaxMs = Math.max(arrivals.lateMaxMs, Math.round(milliseconds * 100) / 100);
    },
  };
  health.startPacing();
  const dueAtMs = arrivalSchedule(steps);
  await pace({ dueAtMs, count: workspaces.length, signal, slip }, (index, dueMs) => {
    const workspace = workspaces[index];
    if (workspace === undefined) return;
    arrivals.due++;
    arriving.push(arrive(load, workspace, dueMs));
  });
  health.stopPacing();
  await Promise.all(arriving);
  return arrivals;
}

/** The workspaces of this part, none created yet: workspace i belongs to user i mod users. */
export function planWorkspaces(load: LoadContext, users: readonly LoadUser[]): LoadWorkspace[] {
  const byName = new Map(users.map((user) => [user.username, user]));
  const { prefix, firstIndex, login } = load.task;
  return Array.from({ length: load.task.workspaces }, (_, i) => {
    const username = `${prefix}-${firstIndex + (i % load.task.users)}`;
    const own = login === "host" ? users[0] : byName.get(username);
    const user = own ?? { id: "", username, token: "", isOurs: false };
    const trace = traceOf(load.task, i);
    return {
      ...(trace === undefined ? {} : { trace }),
      name: `${prefix}-${firstIndex + i}`,
      user,
      state: "waiting",
      succeeded: false,
    };
  });
}

/** Creates a workspace, waits until it is ready, and visits it. */
export async function runWorkspace(
  load: LoadContext,
  workspace: LoadWorkspace,
  dueMs: number,
): Promise<void> {
  if (load.signal.aborted) return;
  if (workspace.user.token === "") {
    load.failures.add("workspace-create", "create-workspace", "its user was not created");
    setState(load, workspace, "failed");
    return;
  }
  if (!(await create(load, workspace, dueMs)) || !(await awaitBuild(load, workspace))) {
    recordUnready(load, workspace, dueMs);
    return;
  }
  const startedMs = workspace.createdMs ?? dueMs;
  const endMs = performance.now();
  load.latencies.record("workspace-ready", { dueMs, startedMs, endMs });
  workspace.trace?.note("ready", startedMs, endMs);
  // Without waiting for agents, it is not known whether there are any to visit.
  workspace.succeeded = load.task.skipAgents === true || (await visitWorkspace(load, workspace));
}

/** Records a workspace that never became ready with at least the timeouts of its build and its agents. */
function recordUnready(load: LoadContext, { createdMs }: LoadWorkspace, dueMs: number): void {
  if (load.signal.aborted) return;
  const { buildMs, agentMs } = load.task.timeouts;
  const at = { dueMs, startedMs: createdMs ?? dueMs, endMs: performance.now() };
  load.latencies.recordFailure("workspace-ready", at, buildMs + agentMs);
}

async function create(load: LoadContext, workspace: LoadWorkspace, dueMs: number): Promise<boolean> {
  if (load.signal.aborted) return false;
  const startedMs = performance.now();
  const sentMs = generatorNow();
  const created = await load
    .asUser(workspace.user.token)
    .traced(workspace.trace?.traceparent)
    .createWorkspace(workspace.user.id, {
      templateId: load.templateId ?? "",
      name: workspace.name,
      parameters: load.task.parameters,
      ttlMs: load.task.workspaceTtlMs,
      presetId: load.task.presetId,
    });
  workspace.trace?.note("requested", startedMs, performance.now(), { isFailed: !created.ok });
  if (!created.ok) {
    load.failures.addAnswer("workspace-create", "create-workspace", created.failure);
    const { kind } = created.failure;
    if (kind !== "aborted") setState(load, workspace, "failed");
    if (kind !== "aborted" && kind !== "exhausted") {
      const at = { dueMs, startedMs, endMs: performance.now() };
      load.latencies.recordFailure("create-workspace", at, CALL_TIMEOUT_MS);
    }
    return false;
  }
  load.clocks.created(created.value.latest_build, { sentMs, answeredMs: generatorNow() });
  load.latencies.record("create-workspace", { dueMs, startedMs, endMs: performance.now() });
  workspace.createdMs = startedMs;
  workspace.id = created.value.id;
  setState(load, workspace, "queued");
  return true;
}

/** Waits for the workspace. A failed build is repeated as often as the task says. */
async function awaitBuild(load: LoadContext, workspace: LoadWorkspace): Promise<boolean> {
  for (let retriesLeft = load.task.retries ?? 0; ; retriesLeft--) {
    const readiness = await awaitReady(load, workspace, retriesLeft);
    if (readiness !== "rebuild") return readiness === "ready";
    delete workspace.job;
    const sentMs = generatorNow();
    const again = await load.asUser(workspace.user.token).startWorkspace(workspace.id ?? "");
    if (!again.ok) {
      load.failures.addAnswer("build-failed", "build", again.failure);
      setState(load, workspace, "failed");
      return false;
    }
    load.clocks.created(again.value, { sentMs, answeredMs: generatorNow() });
    setState(load, workspace, "queued");
  }
}
