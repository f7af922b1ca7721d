import { randomBytes, randomUUID } from "node:crypto";
import type { ConnectOptions, ConnectOutcome } from "../coder/connect.ts";
import type { AskOutcome, ShellSession } from "../coder/shell-session.ts";
import { openSsh } from "../coder/ssh.ts";
import { openTerminal } from "../coder/terminal.ts";
import type { Phase } from "../model/shard.ts";
import { connectClass } from "./connect-class.ts";
import { type LoadContext, type LoadWorkspace, setState } from "./load-context.ts";

/** A word that no output holds by chance. */
export function nonce(): string {
  return `n${randomBytes(6).toString("hex")}`;
}

/** Reaches one ready workspace by SSH and runs the command in its web terminal; whether both went well. */
export async function visitWorkspace(load: LoadContext, workspace: LoadWorkspace): Promise<boolean> {
  const visits = [runCommand(load, workspace)];
  if (load.task.deployment.ssh !== "none") visits.push(reachBySsh(load, workspace));
  const outcomes = await Promise.race([Promise.all(visits), load.stopped]);
  if (outcomes === undefined || load.signal.aborted) return false;
  const isSuccess = outcomes.every(Boolean);
  if (!isSuccess) setState(load, workspace, "failed");
  return isSuccess;
}

/** Opens one connection of a workspace within the limits, its latency counted from `dueMs`; undefined when it failed. */
export async function openConnection(
  load: LoadContext,
  workspace: LoadWorkspace,
  kind: "terminal" | "ssh",
  dueMs: number,
): Promise<ShellSession | undefined> {
  const limit = kind === "ssh" ? load.limits.ssh : load.limits.terminals;
  const phase: Phase = kind === "ssh" ? "ssh-handshake" : "terminal-first-byte";
  return limit.run(async () => {
    if (load.signal.aborted) return undefined;
    const startedMs = performance.now();
    const outcome = await open(kind, {
      transport: load.owner.http.transport,
      token: workspace.user.token,
      agentId: workspace.agentId ?? "",
      connectMs: load.task.timeouts.connectMs,
    });
    if (outcome.state === "failed") {
      load.failures.add(connectClass[outcome.why], phase, outcome.message);
      return undefined;
    }
    load.latencies.record(phase, { dueMs, startedMs, endMs: outcome.readyAtMs });
    return outcome.session;
  });
}

function open(kind: "terminal" | "ssh", options: ConnectOptions): Promise<ConnectOutcome> {
  return kind === "ssh" ? openSsh(options) : openTerminal({ ...options, reconnect: randomUUID() });
}

async function reachBySsh(load: LoadContext, workspace: LoadWorkspace): Promise<boolean> {
  const session = await openConnection(load, workspace, "ssh", performance.now());
  if (session === undefined) return false;
  const word = nonce();
  const outcome = await session.ask(`echo ${word}`, word, { timeoutMs: load.task.timeouts.commandMs });
  session.close();
  return isAnswered(load, "ssh-handshake", outcome, word);
}

async function runCommand(load: LoadContext, workspace: LoadWorkspace): Promise<boolean> {
  const session = await openConnection(load, workspace, "terminal", performance.now());
  if (session === undefined) return false;
  const { command, expectOutput, timeouts } = load.task;
  const marker = nonce();
  const typedMs = performance.now();
  const outcome = await session.ask(`${command}\recho ${marker}`, expectOutput, {
    timeoutMs: timeouts.commandMs,
    marker,
  });
  session.close();
  if (outcome.state === "answered")
    load.latencies.record("command", { dueMs: typedMs, startedMs: typedMs, endMs: outcome.atMs });
  return isAnswered(load, "command", outcome, expectOutput);
}

/** Counts what went wrong when the expected line did not come back. */
export function isAnswered(load: LoadContext, phase: Phase, outcome: AskOutcome, expected: string): boolean {
  if (outcome.state === "answered") return true;
  if (load.signal.aborted) return false;
  const seen = outcome.output.trim() === "" ? "nothing" : JSON.stringify(outcome.output.trim().slice(-200));
  const message = `expected the output line ${JSON.stringify(expected)}, got ${seen}`;
  if (outcome.state === "wrong") load.failures.add("wrong-output", phase, message);
  else if (outcome.state === "closed")
    load.failures.add("connection-lost", phase, `${message} before the end`);
  else if (outcome.output === "") load.failures.add("silent-connection", phase, message);
  else load.failures.add("command-timeout", phase, `${message} in time`);
  return false;
}
