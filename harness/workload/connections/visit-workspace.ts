import type { AskOutcome } from "../../coder/shell-session.ts";
import { isAnswered, nonce, recordFailedCommand } from "./verify.ts";
import { type LoadContext, type LoadWorkspace, setState } from "../context/load-context.ts";
import { openConnection } from "./open-connection.ts";

/**
 * Reaches one ready workspace by SSH and runs the command in its web terminal. Returns whether both
 * succeeded.
 */
export async function visitWorkspace(load: LoadContext, workspace: LoadWorkspace): Promise<boolean> {
  const visits = [runCommand(load, workspace)];
  if (load.task.deployment.ssh !== "none") visits.push(reachBySsh(load, workspace));
  const outcomes = await Promise.race([Promise.all(visits), load.stopped]);
  if (outcomes === undefined || load.signal.aborted) return false;
  const isSuccess = outcomes.every(Boolean);
  if (!isSuccess) setState(load, workspace, "failed");
  return isSuccess;
}

async function reachBySsh(load: LoadContext, workspace: LoadWorkspace): Promise<boolean> {
  const opened = await openConnection(load, workspace, {
    kind: "ssh",
    isVisit: true,
    dueMs: performance.now(),
  });
  opened?.session.close();
  return opened !== undefined;
}

async function runCommand(load: LoadContext, workspace: LoadWorkspace): Promise<boolean> {
  const opened = await openConnection(load, workspace, {
    kind: "terminal",
    isVisit: true,
    dueMs: performance.now(),
  });
  if (opened === undefined) return false;
  const { session } = opened;
  const { command, expectOutput, timeouts } = load.task;
  const marker = nonce();
  const typedMs = performance.now();
  // The input is sent at once, so the shell may print its prompt first: the marker gets its own line.
  const outcome = await session.ask(`${command}\recho && echo ${marker}`, expectOutput, {
    timeoutMs: timeouts.commandMs,
    marker,
  });
  session.close();
  const isAsAsked = load.task.expectTimeout === true || outcome.state === "answered";
  workspace.trace?.note("command", typedMs, performance.now(), { isFailed: !isAsAsked });
  if (load.task.expectTimeout === true) return isStillRunning(load, outcome);
  if (outcome.state === "answered")
    load.latencies.record("command", { dueMs: typedMs, startedMs: typedMs, endMs: outcome.atMs });
  else recordFailedCommand(load, "command", { dueMs: typedMs, startedMs: typedMs });
  return isAnswered(load, "command", outcome, expectOutput);
}

/** Whether a command that should outlast its time limit did so. */
function isStillRunning(load: LoadContext, outcome: AskOutcome): boolean {
  if (outcome.state === "silent") return true;
  if (load.signal.aborted) return false;
  const message = `expected the command to run longer than ${load.task.timeouts.commandMs} ms`;
  if (outcome.state === "closed")
    load.failures.add("connection-lost", "command", `${message}, but its terminal closed`);
  else load.failures.add("wrong-output", "command", `${message}, but it ended`);
  return false;
}
