import { randomBytes } from "node:crypto";
import type { AskOutcome } from "../../coder/shell-session.ts";
import type { Phase } from "../../model/record/worker-result.ts";
import type { ConnectionLiveness } from "./liveness.ts";
import type { LoadContext } from "../context/load-context.ts";
import type { HeldConnection } from "./held-connection.ts";

const ours = randomBytes(4).toString("hex");

let nonces = 0;

/** A word that no output holds by chance, and none of ours twice. */
export function nonce(): string {
  return `n${ours}${(nonces++).toString(36)}`;
}

/** What verifying a connection needs of the hold. */
export interface Hold {
  readonly load: LoadContext;
  readonly liveness: ConnectionLiveness;
}

/**
 * From then on a terminal shows only what is printed: in a stall, echo of what was typed ahead would land in the middle
 * of the output before it, and bytes would come back twice. Shells that edit their lines turn their own echo off with it.
 */
const WITHOUT_ECHO = "stty -echo";

/** When in the life of a connection a nonce is sent. */
export type CommandPhase = "opening-command" | "held-command" | "closing-command";

/** Sends a word and waits until it comes back as output; the first one turns the echo off too where traffic follows. */
export async function verify(
  hold: Hold,
  connection: HeldConnection,
  { phase, dueMs }: { readonly phase: CommandPhase; readonly dueMs: number },
): Promise<void> {
  const { load, liveness } = hold;
  const word = nonce();
  const startedMs = performance.now();
  const { session, isVerified: wasVerified } = connection;
  const isAheadOfTraffic = load.task.traffic !== undefined && phase === "opening-command";
  const outcome = await session.ask(`echo ${word}${isAheadOfTraffic ? `; ${WITHOUT_ECHO}` : ""}`, word, {
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
  // A connection that stopped answering is not held, even when its socket still stands.
  connection.isVerified = false;
  recordFailedCommand(load, phase, { dueMs, startedMs });
  // The loss of a connection is counted once, when it closes.
  if (outcome.state === "closed") return;
  // One that is half-open is counted as that and as nothing else, also when an earlier answer came in the meantime.
  // One that had failed before the closing round is not counted for it again.
  if (phase === "closing-command" && !wasVerified) liveness.suspect(connection);
  else liveness.suspect(connection, () => void isAnswered(load, phase, outcome, word));
}

/** Records a command that was not answered as at least the time that it may take; not where the load was stopped. */
export function recordFailedCommand(
  load: LoadContext,
  phase: Phase,
  at: { readonly dueMs: number; readonly startedMs: number },
): void {
  if (load.signal.aborted) return;
  load.latencies.recordFailure(phase, { ...at, endMs: performance.now() }, load.task.timeouts.commandMs);
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
