import { randomUUID } from "node:crypto";
import type { ConnectFailure, ConnectOptions, ConnectOutcome } from "../../coder/connect.ts";
import type { ShellSession } from "../../coder/shell-session.ts";
import { openTerminal } from "../../coder/terminal.ts";
import { openTerminalAt } from "../../coder/workspace-proxy.ts";
import type { FailureClass, Phase } from "../../model/record/worker-result.ts";
import { awaitShell, type ShellProof } from "./await-shell.ts";
import { readProcessTime } from "../generator/child-counters.ts";
import { connectClass } from "../context/connect-class.ts";
import type { SshNames } from "../../coder/ssh/ssh-target.ts";
import type { LoadContext, LoadWorkspace } from "../context/load-context.ts";

/** Statuses with several meanings: Coder's terminal also answers 404 for a bad token. */
const MAYBE_SIGNED_OUT = [401, 404];

export interface OpenOptions {
  readonly kind: "terminal" | "ssh";
  /** The moment from which its latency counts. */
  readonly dueMs: number;
  /** Whether this is the visit of a new workspace, which is measured separately from the ramp. */
  readonly isVisit?: boolean;
  /** Identity of the terminal: opening it again reaches the same shell. */
  readonly reconnect?: string;
}

/** An open connection whose shell has answered. */
export interface OpenConnection {
  readonly session: ShellSession;
  readonly proof: ShellProof;
}

/**
 * Turns the terminal's echo off. In a stall, the echo of later input would otherwise appear inside earlier
 * output, and bytes would come back twice. Shells that edit their lines turn off their own echo too.
 */
const WITHOUT_ECHO = "stty -echo";

/**
 * Opens one connection to a workspace's shell. Returns undefined if it failed, and counts the failure. The
 * latency is only that of the opening. If SSH has a limited number of places, waiting for one is a delay of
 * the generator: it counts as slip, which the gate judges, not as latency.
 */
export async function openConnection(
  load: LoadContext,
  workspace: LoadWorkspace,
  options: OpenOptions,
): Promise<OpenConnection | undefined> {
  const opening = options.kind === "ssh" ? "ssh-handshake" : "terminal-first-byte";
  const phase: Phase = options.isVisit === true ? `visit-${opening}` : opening;
  const session = await openMeasured(load, workspace, phase, options);
  if (session === undefined) return undefined;
  const isAheadOfTraffic = load.task.traffic !== undefined && options.isVisit !== true;
  const proof = await proveShell(load, session, phase, isAheadOfTraffic ? WITHOUT_ECHO : undefined);
  if (proof !== undefined) return { session, proof };
  session.close();
  return undefined;
}

async function openMeasured(
  load: LoadContext,
  workspace: LoadWorkspace,
  phase: Phase,
  options: OpenOptions,
): Promise<ShellSession | undefined> {
  if (load.signal.aborted) return undefined;
  const askedMs = performance.now();
  let waitedMs = 0;
  const outcome = await tryToOpen(load, workspace, options, () => {
    waitedMs = performance.now() - askedMs;
    load.health.waited(phase, waitedMs);
  });
  const from = { dueMs: options.dueMs + waitedMs, startedMs: askedMs + waitedMs };
  const isOpen = outcome.state === "open";
  const openedMs = isOpen ? outcome.readyAtMs : performance.now();
  workspace.trace?.note(phase, from.startedMs, openedMs, { isFailed: !isOpen });
  if (outcome.state === "open") {
    load.health.waited(phase, coreWaitMs(outcome));
    load.latencies.record(phase, { ...from, endMs: outcome.readyAtMs });
    return outcome.session;
  }
  await countFailure(load, workspace, { phase, ...from, endMs: performance.now() }, outcome);
  return undefined;
}

/** How long the process of the connection waited for a core during the opening, in milliseconds. */
function coreWaitMs({ pid }: Extract<ConnectOutcome, { state: "open" }>): number {
  return pid === undefined ? 0 : (readProcessTime(pid)?.waitedMs ?? 0);
}

/** Waits for a shell that reads the input. If none does, counts a failure with the last output. */
async function proveShell(
  load: LoadContext,
  session: ShellSession,
  phase: Phase,
  alsoRun: string | undefined,
): Promise<ShellProof | undefined> {
  const askedMs = performance.now();
  const outcome = await awaitShell(session, load.task.timeouts.connectMs, alsoRun);
  if (outcome.state === "shell") return outcome.proof;
  if (load.signal.aborted) return undefined;
  const { connectMs } = load.task.timeouts;
  load.latencies.recordFailure(
    phase,
    { dueMs: askedMs, startedMs: askedMs, endMs: performance.now() },
    connectMs,
  );
  const { state, words } = outcome;
  const quoted = words === "" ? "" : `, its last output is ${JSON.stringify(words)}`;
  if (state === "closed")
    load.failures.add("connection-lost", phase, `it closed before a shell answered${quoted}`);
  else if (state === "silent") load.failures.add("silent-connection", phase, "nothing answers the input");
  else
    load.failures.add(
      "shell-unready",
      phase,
      `no shell reads the input${quoted}: the template's login shell must start without a question`,
    );
  return undefined;
}

/**
 * Opens a connection without counting failures. `onTurn` is called after waiting for a place. A 429 is
 * retried after the time that Coder asks for, while the connect timeout allows.
 */
export async function tryToOpen(
  load: LoadContext,
  workspace: LoadWorkspace,
  { kind, reconnect }: Pick<OpenOptions, "kind" | "reconnect">,
  onTurn: () => void = () => undefined,
): Promise<ConnectOutcome> {
  const deadlineMs = performance.now() + load.task.timeouts.connectMs;
  for (;;) {
    const options: ConnectOptions = {
      transport: load.admin.http.transport,
      token: workspace.user.token,
      agentId: workspace.agentId ?? "",
      traceparent: workspace.trace?.traceparent,
      connectMs: Math.max(1, Math.ceil(deadlineMs - performance.now())),
    };
    const outcome = await (kind === "ssh"
      ? load.ssh.open({ ...options, names: namesOf(workspace) }, onTurn)
      : openTerminalOf(load, { ...options, reconnect: reconnect ?? randomUUID() }));
    if (outcome.state === "open" || outcome.why !== "rate-limited") return outcome;
    if (performance.now() + outcome.retryAfterMs > deadlineMs) return outcome;
    try {
      await load.clock.sleep(outcome.retryAfterMs, load.signal);
    } catch {
      return outcome;
    }
  }
}

/** At the load's workspace proxy if it has one, else at Coder itself. */
function openTerminalOf(
  load: LoadContext,
  options: Parameters<typeof openTerminal>[0],
): Promise<ConnectOutcome> {
  const { workspaceProxy } = load;
  if (workspaceProxy === undefined) return openTerminal(options);
  return openTerminalAt(workspaceProxy, load.asUser(options.token), options);
}

function namesOf({ user, name, agentName }: LoadWorkspace): SshNames {
  return { owner: user.username, workspace: name, agent: agentName };
}

async function countFailure(
  load: LoadContext,
  workspace: LoadWorkspace,
  { phase, ...at }: { phase: Phase; dueMs: number; startedMs: number; endMs: number },
  failure: ConnectFailure,
): Promise<void> {
  if (load.signal.aborted) return;
  // A request that was never sent has no latency.
  if (failure.why !== "exhausted") load.latencies.recordFailure(phase, at, load.task.timeouts.connectMs);
  load.failures.add(await classifyFailure(load, workspace, failure), phase, failure.message, at.dueMs);
}

async function classifyFailure(
  load: LoadContext,
  workspace: LoadWorkspace,
  failure: ConnectFailure,
): Promise<FailureClass> {
  const isDoubtful = "status" in failure && MAYBE_SIGNED_OUT.includes(failure.status ?? 0);
  if (!isDoubtful) return connectClass[failure.why];
  const me = await load.asUser(workspace.user.token).me();
  return !me.ok && me.failure.status === 401 ? "token-expired" : connectClass[failure.why];
}
