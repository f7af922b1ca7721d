import { visitWorkspace } from "../connections/visit-workspace.ts";
import { generatorNow } from "../context/clock-watch.ts";
import { type LoadContext, type LoadWorkspace, setState } from "../context/load-context.ts";
import { awaitReady } from "./await-ready.ts";

/** Starts a stopped workspace. Its builds and agents count in the same phases as those of its creation. */
export async function startAgain(load: LoadContext, workspace: LoadWorkspace, dueMs: number): Promise<void> {
  const startedMs = await requestStart(load, workspace);
  if (startedMs === undefined) return;
  if ((await awaitReady(load, workspace, 0)) !== "ready") return;
  load.latencies.record("start-workspace", { dueMs, startedMs, endMs: performance.now() });
  workspace.succeeded = load.task.skipAgents === true || (await visitWorkspace(load, workspace));
}

/** Requests a start. Returns when it was sent, or undefined if it was refused. */
async function requestStart(load: LoadContext, workspace: LoadWorkspace): Promise<number | undefined> {
  if (load.signal.aborted) return undefined;
  const startedMs = performance.now();
  const sentMs = generatorNow();
  const answer = await load.asUser(workspace.user.token).startWorkspace(workspace.id ?? "");
  if (!answer.ok) {
    load.failures.addAnswer("build-failed", "start-workspace", answer.failure);
    if (answer.failure.kind !== "aborted") setState(load, workspace, "failed");
    return undefined;
  }
  load.clocks.created(answer.value, { sentMs, answeredMs: generatorNow() });
  workspace.buildId = answer.value.id;
  setState(load, workspace, "queued");
  return startedMs;
}
