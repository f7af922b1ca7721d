import { failedWith } from "../coder/answer.ts";
import { agentsOf, isActive, type Job, type Workspace } from "../coder/schemas.ts";
import type { FailureClass, Phase } from "../model/shard.ts";
import { type LoadContext, type LoadWorkspace, setState } from "./load-context.ts";

type Look =
  | { readonly state: "ready"; readonly agentId: string }
  | { readonly state: "waiting"; readonly for: "build" | "agent" }
  | {
      readonly state: "failed";
      readonly class: FailureClass;
      readonly phase: Phase;
      readonly message: string;
    };

/**
 * Waits until the workspace's build succeeded and all its agents are connected and ready; polled, since one cheap
 * request shows build, job and agents alike. False when it failed or the load was stopped.
 */
export async function awaitReady(load: LoadContext, workspace: LoadWorkspace): Promise<boolean> {
  const { timeouts } = load.task;
  let deadline = performance.now() + timeouts.buildMs;
  let waitsFor: "build" | "agent" = "build";
  while (!load.signal.aborted) {
    const look = await lookAt(load, workspace);
    if (look.state === "ready") {
      workspace.agentId = look.agentId;
      setState(load, workspace, "ready");
      return true;
    }
    if (look.state === "failed") return fail(load, workspace, look);
    if (look.for === "agent" && waitsFor === "build") {
      waitsFor = "agent";
      deadline = performance.now() + timeouts.agentMs;
    }
    if (performance.now() > deadline) return fail(load, workspace, tooLate(waitsFor, load, workspace));
    const isQueued = workspace.job?.status === "pending";
    try {
      const position = workspace.job?.queue_position ?? 0;
      await load.pollPace.sleep(isQueued ? "queued" : "active", position, load.signal);
    } catch {
      return false;
    }
  }
  return false;
}

async function lookAt(load: LoadContext, workspace: LoadWorkspace): Promise<Look> {
  const answer = await load.owner.workspace(workspace.id ?? "");
  if (!answer.ok) {
    // A lost answer is looked for again until the deadline; a workspace that is gone will not come back.
    if (!failedWith(answer, 404, 410)) return { state: "waiting", for: "build" };
    return {
      state: "failed",
      class: "unexpected",
      phase: "workspace-ready",
      message: answer.failure.message,
    };
  }
  const { job } = answer.value.latest_build;
  const isFirstSightOfEnd = !isActive(job) && workspace.job?.completed_at == null;
  workspace.job = job;
  if (isFirstSightOfEnd) recordBuild(load, job);
  if (job.status === "running") setState(load, workspace, "building");
  if (isActive(job)) return { state: "waiting", for: "build" };
  if (job.status !== "succeeded")
    return {
      state: "failed",
      class: "build-failed",
      phase: "build",
      message: `build ${job.status}: ${job.error ?? "no reason given"}`,
    };
  setState(load, workspace, "building");
  return lookAtAgents(answer.value);
}

function lookAtAgents(workspace: Workspace): Look {
  const agents = agentsOf(workspace);
  const [first] = agents;
  const failed = (message: string): Look => ({
    state: "failed",
    class: "agent-timeout",
    phase: "workspace-ready",
    message,
  });
  if (first === undefined) return failed("the template gives the workspace no agent");
  const broken = agents.find(
    (agent) => agent.status === "timeout" || /_(error|timeout)$/.test(agent.lifecycle_state),
  );
  if (broken !== undefined)
    return failed(`agent ${broken.name} is ${broken.status}, its start-up ${broken.lifecycle_state}`);
  const isReady = agents.every((agent) => agent.status === "connected" && agent.lifecycle_state === "ready");
  return isReady ? { state: "ready", agentId: first.id } : { state: "waiting", for: "agent" };
}

/** Queue and build as the server's clock saw them: there is no other start that they could be due at. */
function recordBuild(load: LoadContext, job: Job): void {
  if (job.started_at == null || job.completed_at == null) return;
  const created = Date.parse(job.created_at);
  const started = Date.parse(job.started_at);
  const completed = Date.parse(job.completed_at);
  load.latencies.record("build-queue", { dueMs: created, startedMs: created, endMs: started });
  load.latencies.record("build", { dueMs: started, startedMs: started, endMs: completed });
  load.pollPace.sawBuild(completed - started);
}

function tooLate(
  waitsFor: "build" | "agent",
  load: LoadContext,
  workspace: LoadWorkspace,
): Look & { state: "failed" } {
  const { buildMs, agentMs } = load.task.timeouts;
  if (waitsFor === "agent") {
    const message = `no connected and ready agent within ${agentMs} ms of the build's end`;
    return { state: "failed", class: "agent-timeout", phase: "workspace-ready", message };
  }
  const message = `build is ${workspace.job?.status ?? "unknown"} after ${buildMs} ms`;
  return { state: "failed", class: "build-timeout", phase: "build", message };
}

function fail(load: LoadContext, workspace: LoadWorkspace, look: Look & { state: "failed" }): false {
  load.failures.add(look.class, look.phase, look.message);
  setState(load, workspace, "failed");
  return false;
}
