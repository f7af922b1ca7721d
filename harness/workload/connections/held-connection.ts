import type { ShellSession } from "../../coder/shell-session.ts";
import type { LoadWorkspace } from "../context/load-context.ts";

/** One connection that was opened, until the end of the hold. */
export interface HeldConnection {
  readonly workspace: LoadWorkspace;
  /** Identity of a terminal that is to be reattached when it drops. */
  readonly reconnect: string | undefined;
  /** Another one after a reattachment. */
  session: ShellSession;
  /** It answered the last nonce. */
  isVerified: boolean;
  /** When it last carried a nonce or a whole piece of traffic there and back; undefined when it never did. */
  provedMs: number | undefined;
  /** It answered the nonce of the closing round. */
  isProvedAtEnd: boolean;
  /** It dropped once: whatever came after, it was not held all the time. */
  isLost: boolean;
  /** It carried wrong bytes, or fewer than were sent. */
  isFaulty: boolean;
}

/**
 * Whether it was held to the end: it answered the closing round, never dropped, and everything that it was to carry
 * came back. A sign of life does not count: Coder answers a ping for an agent that is dead. A load that was stopped
 * has no closing round: there the last nonce decides, and its age is told.
 */
export function isHeld(
  { session, isProvedAtEnd, isVerified, isLost, isFaulty }: HeldConnection,
  isStopped: boolean,
): boolean {
  return session.isOpen && (isProvedAtEnd || (isStopped && isVerified)) && !isLost && !isFaulty;
}
