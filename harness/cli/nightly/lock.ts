import type { Clock } from "../../model/clock.ts";
import { RefbenchError } from "../../model/error.ts";
import { LEASE_MS, LeaseBook } from "../../pipeline/lease.ts";
import { ownIdentity } from "../../pipeline/process-identity.ts";

/** Does something while no other night of the folder can start; one whose process died keeps nobody out. */
export async function underNightLock<T>(folder: string, clock: Clock, does: () => Promise<T>): Promise<T> {
  const book = new LeaseBook(folder, clock);
  const lease = await book.acquire(ownIdentity()).catch(async (error: unknown) => {
    if (!(error instanceof RefbenchError) || error.code !== "lease_held") throw error;
    const holder = (await book.current())?.holder;
    throw new RefbenchError(
      "usage",
      `another night is at work here, process ${holder?.pid ?? "unknown"} on ${holder?.host ?? "another machine"}: wait for its end, or stop it with Ctrl-C there`,
      { cause: error },
    );
  });
  const renewal = setInterval(() => void book.renew(lease).catch(() => undefined), LEASE_MS / 3);
  try {
    return await does();
  } finally {
    clearInterval(renewal);
    // On a full disk its process, which ends, is what gives it back; what the night found must be told.
    await book.release(lease).catch(() => undefined);
  }
}
