import type { Clock } from "../tools/time/clock.ts";
import { RefbenchError } from "../tools/error.ts";
import { isLeaseHeld, type Lease, LEASE_MS, LeaseBook } from "../pipeline/lease/lease.ts";
import { LeaseWatch } from "../pipeline/lease/lease-watch.ts";
import { ownIdentity } from "../tools/process/process-identity.ts";

/** How often it is renewed, and how soon another holder is heard of. */
const RENEW_MS = 20_000;

export interface NightLock {
  readonly folder: string;
  readonly clock: Clock;
  readonly tell: (line: string) => void;
  /** @default 20 s */
  readonly renewMs?: number;
}

/**
 * Does something while no other night of the folder can start; one whose process died keeps nobody out. `lost` aborts
 * when another machine that shares the folder took this one for dead.
 */
export async function underNightLock<T>(
  { folder, clock, tell, renewMs = RENEW_MS }: NightLock,
  does: (lost: AbortSignal) => Promise<T>,
): Promise<T> {
  const book = new LeaseBook(folder, clock);
  const lease = await acquire(book, clock, tell);
  const lost = new AbortController();
  const renew = (): Promise<void> =>
    book.renew(lease).catch((error: unknown) => {
      if (!isLeaseHeld(error) || lost.signal.aborted) return;
      tell("night: another night has begun here, which took this one for dead: stopping");
      lost.abort(new RefbenchError("interrupted", "another night has begun here"));
    });
  const renewal = setInterval(() => void renew(), renewMs);
  try {
    return await does(lost.signal);
  } finally {
    clearInterval(renewal);
    // On a full disk its process, which ends, is what gives it back; what the night found must be told.
    await book.release(lease).catch(() => undefined);
  }
}

/** Takes the lock, or refuses while another night is seen to be at work: one that hangs loses the lock in the end. */
async function acquire(book: LeaseBook, clock: Clock, tell: (line: string) => void): Promise<Lease> {
  const watch = new LeaseWatch(book, clock, (message) =>
    tell(`night: waiting for another night: ${message}`),
  );
  for (;;) {
    try {
      return await book.acquire(ownIdentity());
    } catch (error) {
      if (!isLeaseHeld(error)) throw error;
      const lease = await book.current();
      if (lease === undefined) continue;
      if (isYoung(lease, clock) || (await watch.nextSign(LEASE_MS)) === "renewed")
        throw refusal(lease, error);
    }
  }
}

/** By the stamp alone, so that the ordinary refusal comes at once. */
function isYoung({ renewedAtMs }: Lease, clock: Clock): boolean {
  return Math.abs(clock.now() - renewedAtMs) < 3 * RENEW_MS;
}

function refusal({ holder }: Lease, cause: unknown): RefbenchError {
  return new RefbenchError(
    "usage",
    `another night is at work here, process ${holder.pid} on ${holder.host}: wait for its end, or stop it with Ctrl-C there`,
    { cause },
  );
}
