import type { Clock } from "../tools/time/clock.ts";
import { RefbenchError } from "../tools/error.ts";
import { isLeaseHeld, type Lease, LEASE_MS, LeaseBook } from "../pipeline/lease/lease.ts";
import { LeaseWatch } from "../pipeline/lease/lease-watch.ts";
import { ownIdentity } from "../tools/process/process-identity.ts";

/** How often the lock is renewed, and how soon another holder is noticed. */
const RENEW_MS = 20_000;

export interface NightLock {
  readonly folder: string;
  readonly clock: Clock;
  readonly report: (line: string) => void;
  /** @default 20 s */
  readonly renewMs?: number;
}

/**
 * Calls `work` while no other night of the folder can start. A night whose process died does not keep the lock. `lost`
 * aborts when another machine that shares the folder took the lock over because it considered this night dead.
 */
export async function withNightLock<T>(
  { folder, clock, report, renewMs = RENEW_MS }: NightLock,
  work: (lost: AbortSignal) => Promise<T>,
): Promise<T> {
  const book = new LeaseBook(folder, clock);
  const lease = await acquire(book, clock, report);
  const lost = new AbortController();
  const renew = (): Promise<void> =>
    book.renew(lease).catch((error: unknown) => {
      if (!isLeaseHeld(error) || lost.signal.aborted) return;
      report("night: another night has begun here because it considered this one dead: stopping");
      lost.abort(new RefbenchError("interrupted", "another night has begun here"));
    });
  const renewal = setInterval(() => void renew(), renewMs);
  try {
    return await work(lost.signal);
  } finally {
    clearInterval(renewal);
    // On a full disk the lock ends with this process; the result of the night must still be returned.
    await book.release(lease).catch(() => undefined);
  }
}

/** Takes the lock. Throws `usage` while another night works; a night that hangs loses the lock eventually. */
async function acquire(book: LeaseBook, clock: Clock, report: (line: string) => void): Promise<Lease> {
  const watch = new LeaseWatch(book, clock, (message) =>
    report(`night: waiting for another night: ${message}`),
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

/** Looks only at the stamp, so that the usual refusal is immediate. */
function isYoung({ renewedAtMs }: Lease, clock: Clock): boolean {
  return Math.abs(clock.now() - renewedAtMs) < 3 * RENEW_MS;
}

function refusal({ holder }: Lease, cause: unknown): RefbenchError {
  return new RefbenchError(
    "usage",
    `another night is running here, process ${holder.pid} on ${holder.host}: wait for its end, or stop it with Ctrl-C there`,
    { cause },
  );
}
