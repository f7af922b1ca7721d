import { randomBytes } from "node:crypto";
import type { AskOutcome } from "../../coder/shell-session.ts";
import type { Phase } from "../../model/record/worker-result.ts";
import type { ConnectionLiveness } from "./liveness.ts";
import type { LoadContext } from "../context/load-context.ts";
import type { HeldConnection } from "./held-connection.ts";

const ours = randomBytes(4).toString("hex");

let nonces = 0;

/** A word that no output contains by chance, and that is never used twice. */
export function nonce(): string {
  return `n${ours}${(nonces++).toString(36)}`;
}

/** The parts of the hold that verifying a connection needs. */
export interface Hold {
  readonly load: LoadContext;
  readonly liveness: ConnectionLiveness;
}

/** When in the life of a connection a nonce is sent. */
export type CommandPhase = "opening-command" | "held-command" | "closing-command";

/** Sends a word and waits until it comes back as output. */
export async function verify(
  hold: Hold,
  connection: HeldConnection,
  { phase, dueMs }: { readonly phase: CommandPhase; readonly dueMs: number },
): Promise<void> {
  const { load, liveness } = hold;
  const word = nonce();
  const startedMs = performance.now();
  const { session, isVerified: wasVerified } = connection;
  const outcome = await session.ask(`echo ${word}`, word, {
    timeoutMs: load.task.timeouts.commandMs,
    mayFollowPrompt: true,
  });
  if (outcome.state === "answered") {
    connection.isVerified = true;
    connection.provedMs = outcome.atMs;
    if (phase === "closing-command") connection.isProvedAtEnd = true;
    load.board.answered();
    load.latencies.record(phase, { dueMs, startedMs, endMs: outcome.atMs });
    return;
  }
  // A connection that stopped answering is not held, even if its socket is open.
  connection.isVerified = false;
  recordFailedCommand(load, phase, { dueMs, startedMs });
  // A lost connection is counted once, when it closes.
  if (outcome.state === "closed") return;
  // A half-open connection is only counted as half-open, even if an earlier answer came meanwhile. A
  // connection that failed before the closing round is not counted again.
  if (phase === "closing-command" && !wasVerified) liveness.suspect(connection);
  else liveness.suspect(connection, () => void isAnswered(load, phase, outcome, word, dueMs));
}

/** Records an unanswered command with at least its time limit, unless the load was stopped. */
export function recordFailedCommand(
  load: LoadContext,
  phase: Phase,
  at: { readonly dueMs: number; readonly startedMs: number },
): void {
  if (load.signal.aborted) return;
  load.latencies.recordFailure(phase, { ...at, endMs: performance.now() }, load.task.timeouts.commandMs);
}

/** Whether the expected line came back. Counts what went wrong if not. */
export function isAnswered(
  load: LoadContext,
  phase: Phase,
  outcome: AskOutcome,
  expected: string,
  dueMs?: number,
): boolean {
  if (outcome.state === "answered") return true;
  if (load.signal.aborted) return false;
  const seen = outcome.output.trim() === "" ? "nothing" : JSON.stringify(outcome.output.trim().slice(-200));
  const message = `expected the output line ${JSON.stringify(expected)}, got ${seen}`;
  if (outcome.state === "wrong") load.failures.add("wrong-output", phase, message, dueMs);
  else if (outcome.state === "closed")
    load.failures.add("connection-lost", phase, `${message} before the end`, dueMs);
  else if (outcome.output === "") load.failures.add("silent-connection", phase, message, dueMs);
  else load.failures.add("command-timeout", phase, `${message} in time`, dueMs);
  return false;
}
