import type { ShellSession } from "../../coder/shell-session.ts";
import type { LoadContext, LoadWorkspace } from "../context/load-context.ts";
import type { OpenConnection } from "./open-connection.ts";

/** A connection from its opening to the end of the hold. */
export interface HeldConnection {
  readonly workspace: LoadWorkspace;
  /** Identity of a terminal that is reattached if it drops. */
  readonly reconnect: string | undefined;
  /** Replaced after a reattachment. */
  session: ShellSession;
  /** Whether it answered the last nonce. */
  isVerified: boolean;
  /** When it last carried a nonce or a complete piece of traffic there and back; undefined if never. */
  provedMs: number | undefined;
  /** Whether it answered the nonce of the closing round. */
  isProvedAtEnd: boolean;
  /** Whether it dropped once: then it was not held all the time, whatever came after. */
  isLost: boolean;
  /** Whether it carried wrong bytes, or fewer than were sent. */
  isFaulty: boolean;
}

/** Begins to hold an open connection: the answer that proved its shell is its first one. */
export function beginToHold(
  { board, latencies }: Pick<LoadContext, "board" | "latencies">,
  { session, proof }: OpenConnection,
  { workspace, reconnect }: Pick<HeldConnection, "workspace" | "reconnect">,
): HeldConnection {
  const { askedMs, atMs } = proof;
  board.connections[session.kind]++;
  board.answered();
  latencies.record("opening-command", { dueMs: askedMs, startedMs: askedMs, endMs: atMs });
  return {
    ...{ workspace, reconnect, session, isVerified: true, provedMs: atMs },
    ...{ isProvedAtEnd: false, isLost: false, isFaulty: false },
  };
}

/**
 * Whether a connection was held to the end: it answered the closing round, never dropped, and returned
 * everything that was sent. A ping does not count, because Coder answers pings even for a dead agent. A
 * stopped load has no closing round: its last nonce decides, and the result contains its age.
 */
export function isHeld(
  { session, isProvedAtEnd, isVerified, isLost, isFaulty }: HeldConnection,
  isStopped: boolean,
): boolean {
  return session.isOpen && (isProvedAtEnd || (isStopped && isVerified)) && !isLost && !isFaulty;
}
