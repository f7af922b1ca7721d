import { failedWith } from "../../coder/http/answer.ts";
import { isActive } from "../../coder/http/schemas.ts";
import { type LoadContext, type LoadWorkspace, setState } from "../context/load-context.ts";
import { takeTurns } from "../context/take-turns.ts";

/** Stops every workspace at once. Returns those that are. */
export async function stopAll(load: LoadContext, ready: readonly LoadWorkspace[]): Promise<LoadWorkspace[]> {
  load.board.activity = "stopping workspaces";
  const stopped: LoadWorkspace[] = [];
  await takeTurns(ready, 0, async (workspace, dueMs) => {
    if (await stopWorkspace(load, workspace, dueMs)) stopped.push(workspace);
  });
  return stopped;
}

/** Stops one workspace and waits until the server confirms it. Returns whether it did. */
export async function stopWorkspace(
  load: LoadContext,
  workspace: LoadWorkspace,
  dueMs: number,
): Promise<boolean> {
  const startedMs = await requestStop(load, workspace);
  if (startedMs === undefined) return false;
  delete workspace.job;
  delete workspace.agentId;
  workspace.succeeded = false;
  const reason = await awaitStopped(load, workspace);
  if (load.signal.aborted) return reason === undefined;
  if (reason === undefined) {
    load.latencies.record("stop-workspace", { dueMs, startedMs, endMs: performance.now() });
    setState(load, workspace, "waiting");
    return true;
  }
  load.failures.add("build-failed", "stop-workspace", reason);
  setState(load, workspace, "failed");
  return false;
}

/** Requests a stop. Returns when it was sent, or undefined if it was refused. */
async function requestStop(load: LoadContext, workspace: LoadWorkspace): Promise<number | undefined> {
  if (load.signal.aborted) return undefined;
  const startedMs = performance.now();
  const answer = await load.asUser(workspace.user.token).stopWorkspace(workspace.id ?? "");
  if (answer.ok) return startedMs;
  load.failures.addAnswer("build-failed", "stop-workspace", answer.failure);
  if (answer.failure.kind !== "aborted") setState(load, workspace, "failed");
  return undefined;
}

/** Waits until the workspace is stopped. Returns why it is not, or undefined. */
async function awaitStopped(load: LoadContext, workspace: LoadWorkspace): Promise<string | undefined> {
  const { buildMs } = load.task.timeouts;
  const deadline = performance.now() + buildMs;
  let seen = "its build was never seen";
  while (!load.signal.aborted) {
    const leftMs = Math.max(0, deadline - performance.now());
    const look = await load.poller.within(leftMs, (poller) => poller.workspace(workspace.id ?? ""));
    if (!look.ok && look.failure.kind === "exhausted")
      load.failures.addAnswer("unexpected", "stop-workspace", look.failure);
    if (failedWith(look, 404, 410) && !look.ok) return look.failure.message;
    let queuePosition = 0;
    let isQueued = false;
    if (look.ok) {
      const { transition, job } = look.value.latest_build;
      if (transition !== "stop") return `another build (${transition}) replaced its stop`;
      if (job.status === "succeeded") {
        load.builds.add(job, { isStop: true });
        return undefined;
      }
      if (!isActive(job)) return `build ${job.status}: ${job.error ?? "no reason given"}`;
      seen = `its build is ${job.status}`;
      isQueued = job.status === "pending";
      queuePosition = job.queue_position;
    }
    if (performance.now() > deadline) {
      const lost = look.ok ? "" : `; the last poll was lost: ${look.failure.message}`;
      return `not stopped within ${buildMs} ms: ${seen}${lost}`;
    }
    const pace = isQueued ? "queued" : "active";
    await load.pollPace.sleep(pace, queuePosition, load.signal).catch(() => undefined);
  }
  return "the load was stopped";
}
