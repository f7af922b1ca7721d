import { failedWith } from "../../coder/http/answer.ts";
import type { CoderClient } from "../../coder/client.ts";
import { agentsOf, isActive, type Job, type Workspace } from "../../coder/http/schemas.ts";
import { generatorNow } from "../context/clock-watch.ts";
import { type LoadContext, type LoadWorkspace, setState } from "../context/load-context.ts";
import { readAgentLog, readBuildLog } from "../context/failure-logs.ts";
import { lookAtAgents, type Look } from "./look-at-agents.ts";

/** The result of waiting for a workspace; `rebuild` if the task allows another start build. */
export type Readiness = "ready" | "rebuild" | "failed";

/**
 * Waits until the workspace's build has succeeded and the load's agent is usable. Polls, because one cheap
 * request shows build, job and agents together.
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
      setAgent(workspace, look);
      setState(load, workspace, "ready");
      return "ready";
    }
    if (look.state === "failed") {
      load.failures.add(look.class, look.phase, look.message);
      await explainFailure(load, workspace, look, workspace.agentId);
      if (look.phase === "build" && retriesLeft > 0) return "rebuild";
      setState(load, workspace, "failed");
      return "failed";
    }
    // A poll cut short by the deadline says less than the one before.
    if (look.lost?.kind !== "aborted" || last === undefined) last = look;
    if (look.for === "agent" && waitsFor === "build") {
      waitsFor = "agent";
      deadline = performance.now() + timeouts.agentMs;
    }
    if (performance.now() > deadline) {
      const late = describeTimeout(waitsFor, load, workspace, last);
      load.failures.add(late.class, late.phase, late.message);
      await explainFailure(load, workspace, late, last.agentId);
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

/** Stores the agent that the load uses for everything. */
export function setAgent(workspace: LoadWorkspace, look: Look & { state: "ready" }): void {
  if (look.agentId !== undefined) workspace.agentId = look.agentId;
  if (look.agentName !== undefined) workspace.agentName = look.agentName;
  if (look.isSettled !== undefined) workspace.isSettled = look.isSettled;
}

/** Reads Coder's logs about a failure, while its workspace exists. */
async function explainFailure(
  load: LoadContext,
  workspace: LoadWorkspace,
  look: Look & { state: "failed" },
  agentId: string | undefined,
): Promise<void> {
  const { buildId } = workspace;
  if (look.phase === "build" && buildId !== undefined)
    await load.failures.explain(look.class, look.phase, look.message, () =>
      readBuildLog(load.admin, buildId),
    );
  else if (look.class === "agent-timeout" && agentId !== undefined)
    await load.failures.explain(look.class, look.phase, look.message, () =>
      readAgentLog(load.admin, agentId),
    );
}

async function lookAt(load: LoadContext, workspace: LoadWorkspace, poller: CoderClient): Promise<Look> {
  const sentMs = generatorNow();
  const answer = await poller.workspace(workspace.id ?? "");
  if (!answer.ok) {
    // Otherwise it would be reported as a build that takes too long.
    if (answer.failure.kind === "exhausted")
      load.failures.addAnswer("unexpected", "workspace-ready", answer.failure);
    // A lost answer is retried until the deadline; a workspace that is gone will not come back.
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
  if (job.status !== "succeeded") return describeFailedBuild(job);
  setState(load, workspace, "building");
  const look = lookAtAgents(load, answer.value);
  if (look.state === "ready") traceBuild(workspace, answer.value, look.agentId);
  return look;
}

/** Notes the phases that Coder stamps of a sampled workspace. */
function traceBuild({ trace }: LoadWorkspace, seen: Workspace, agentId: string | undefined): void {
  if (trace === undefined) return;
  const { job } = seen.latest_build;
  trace.stamped("queued", job.created_at, job.started_at);
  trace.stamped("building", job.started_at, job.completed_at);
  const agent = agentsOf(seen).find(({ id }) => id === agentId);
  trace.stamped("agent connected", job.completed_at, agent?.first_connected_at);
}

function describeFailedBuild(job: Job): Look {
  const reason = `build ${job.status}: ${job.error ?? "no reason given"}`;
  if (job.error_code === "INSUFFICIENT_QUOTA") {
    const message = `${reason}; raise the quota allowance of its user's groups, or request fewer workspaces`;
    return { state: "failed", class: "quota-exhausted", phase: "build", message };
  }
  return { state: "failed", class: "build-failed", phase: "build", message: reason };
}

/**
 * Records queue and build times by the server's clock. Only successful builds count, because early failures
 * would look fast.
 */
export function recordBuild(load: LoadContext, job: Job): void {
  if (job.started_at == null || job.completed_at == null) return;
  load.builds.add(job);
  const started = Date.parse(job.started_at);
  const completed = Date.parse(job.completed_at);
  load.latencies.recordSpan("build-queue", Date.parse(job.created_at), started);
  if (job.status !== "succeeded") return;
  load.latencies.recordSpan("build", started, completed);
  load.pollPace.sawBuild(completed - started);
  load.board.addBuild(completed - started);
}

function describeTimeout(
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
