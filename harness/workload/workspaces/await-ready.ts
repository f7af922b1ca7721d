import { failedWith } from "../../coder/http/answer.ts";
import type { CoderClient } from "../../coder/client.ts";
import { isActive, type Job } from "../../coder/http/schemas.ts";
import { generatorNow } from "../context/clock-watch.ts";
import { type LoadContext, type LoadWorkspace, setState } from "../context/load-context.ts";
import { readAgentLog, readBuildLog } from "../context/failure-logs.ts";
import { lookAtAgents, type Look } from "./look-at-agents.ts";

/** What waiting for a workspace ends in; `rebuild` when another start build of it was asked for by the task. */
export type Readiness = "ready" | "rebuild" | "failed";

/**
 * Waits until the workspace's build succeeded and the agent that the load goes to can be used; polled, since one cheap
 * request shows build, job and agents alike.
 */
export async function awaitReady(
  load: LoadContext,
  workspace: LoadWorkspace,
  retriesLeft: number,
): Promise<Readiness> {
  const { timeouts } = load.task;
  let deadline = performance.now() + timeouts.buildMs;
  let waitsFor: "build" | "agent" = "build";
  let last: (Look & { state: "waiting" }) | undefined;
  while (!load.signal.aborted) {
    const leftMs = Math.max(0, deadline - performance.now());
    const look = await load.poller.within(leftMs, (poller) => lookAt(load, workspace, poller));
    if (look.state === "ready") {
      reach(workspace, look);
      setState(load, workspace, "ready");
      return "ready";
    }
    if (look.state === "failed") {
      load.failures.add(look.class, look.phase, look.message);
      await keepReason(load, workspace, look, workspace.agentId);
      if (look.phase === "build" && retriesLeft > 0) return "rebuild";
      setState(load, workspace, "failed");
      return "failed";
    }
    // A look that the deadline itself cut short says less than the one before.
    if (look.lost?.kind !== "aborted" || last === undefined) last = look;
    if (look.for === "agent" && waitsFor === "build") {
      waitsFor = "agent";
      deadline = performance.now() + timeouts.agentMs;
    }
    if (performance.now() > deadline) {
      const late = tooLate(waitsFor, load, workspace, last);
      load.failures.add(late.class, late.phase, late.message);
      await keepReason(load, workspace, late, last.agentId);
      setState(load, workspace, "failed");
      return "failed";
    }
    const isQueued = workspace.job?.status === "pending";
    try {
      const position = workspace.job?.queue_position ?? 0;
      await load.pollPace.sleep(isQueued ? "queued" : "active", position, load.signal);
    } catch {
      return "failed";
    }
  }
  return "failed";
}

/** The agent that the load goes to, in every way. */
export function reach(workspace: LoadWorkspace, look: Look & { state: "ready" }): void {
  if (look.agentId !== undefined) workspace.agentId = look.agentId;
  if (look.agentName !== undefined) workspace.agentName = look.agentName;
  if (look.isSettled !== undefined) workspace.isSettled = look.isSettled;
}

/** What Coder's logs tell of a failure, read while its workspace is there. */
async function keepReason(
  load: LoadContext,
  workspace: LoadWorkspace,
  look: Look & { state: "failed" },
  agentId: string | undefined,
): Promise<void> {
  const { buildId } = workspace;
  if (look.phase === "build" && buildId !== undefined)
    await load.failures.explain(look.class, look.phase, look.message, () =>
      readBuildLog(load.owner, buildId),
    );
  else if (look.class === "agent-timeout" && agentId !== undefined)
    await load.failures.explain(look.class, look.phase, look.message, () =>
      readAgentLog(load.owner, agentId),
    );
}

async function lookAt(load: LoadContext, workspace: LoadWorkspace, poller: CoderClient): Promise<Look> {
  const sentMs = generatorNow();
  const answer = await poller.workspace(workspace.id ?? "");
  if (!answer.ok) {
    // It would be told as a build that takes too long.
    if (answer.failure.kind === "exhausted")
      load.failures.addAnswer("unexpected", "workspace-ready", answer.failure);
    // A lost answer is looked for again until the deadline; a workspace that is gone will not come back.
    if (!failedWith(answer, 404, 410)) return { state: "waiting", for: "build", lost: answer.failure };
    return {
      state: "failed",
      class: "unexpected",
      phase: "workspace-ready",
      message: answer.failure.message,
    };
  }
  const { id, job } = answer.value.latest_build;
  load.clocks.looked({ id, job }, { sentMs, answeredMs: generatorNow() });
  const isFirstSightOfEnd = !isActive(job) && workspace.job?.completed_at == null;
  workspace.buildId = id;
  workspace.job = job;
  if (isFirstSightOfEnd) recordBuild(load, job);
  if (job.status === "running") setState(load, workspace, "building");
  if (isActive(job)) return { state: "waiting", for: "build" };
  if (job.status !== "succeeded") return failedBuild(job);
  setState(load, workspace, "building");
  return lookAtAgents(load, answer.value);
}

function failedBuild(job: Job): Look {
  const reason = `build ${job.status}: ${job.error ?? "no reason given"}`;
  if (job.error_code === "INSUFFICIENT_QUOTA") {
    const message = `${reason}; raise the quota allowance of its owner's groups, or ask for fewer workspaces`;
    return { state: "failed", class: "quota-exhausted", phase: "build", message };
  }
  return { state: "failed", class: "build-failed", phase: "build", message: reason };
}

/** Queue and build as the server's clock saw them; a build that failed early would make the others look faster. */
export function recordBuild(load: LoadContext, job: Job): void {
  if (job.started_at == null || job.completed_at == null) return;
  load.builds.add(job);
  const started = Date.parse(job.started_at);
  const completed = Date.parse(job.completed_at);
  load.latencies.recordSpan("build-queue", Date.parse(job.created_at), started);
  if (job.status !== "succeeded") return;
  load.latencies.recordSpan("build", started, completed);
  load.pollPace.sawBuild(completed - started);
}

function tooLate(
  waitsFor: "build" | "agent",
  load: LoadContext,
  workspace: LoadWorkspace,
  { seen, lost }: Look & { state: "waiting" },
): Look & { state: "failed" } {
  const unanswered = lost === undefined ? "" : `; the last poll was lost: ${lost.message}`;
  const { buildMs, agentMs } = load.task.timeouts;
  if (waitsFor === "agent") {
    const message = `no usable agent within ${agentMs} ms of the build's end${seen === undefined ? "" : `: ${seen}`}${unanswered}`;
    return { state: "failed", class: "agent-timeout", phase: "workspace-ready", message };
  }
  const message = `build is ${workspace.job?.status ?? "unknown"} after ${buildMs} ms${unanswered}`;
  return { state: "failed", class: "build-timeout", phase: "build", message };
}
