import type { Clock } from "../../tools/time/clock.ts";
import { messageOf } from "../../tools/error.ts";
import type { Bucket } from "../../model/ports/bucket.ts";
import { BucketLeaseBook } from "../mirror/bucket-lease.ts";
import { Journal } from "../folder/journal.ts";
import { isLeaseHeld, LeaseBook, type Lease, UNRENEWED_MS } from "../lease/lease.ts";
import type { ProcessIdentity } from "../../tools/process/process-identity.ts";
import { QuietAfterFailure } from "../lease/quiet-after-failure.ts";
import type { RunFolder } from "../folder/run-folder.ts";

/** The right to tear a run down, held on this machine and, where the run is mirrored, in its bucket as well. */
export interface RunLease {
  readonly fence: number;
  /** Says that the holder still works; throws `lease_held` when somebody took over, here or in the bucket. */
  renew(): Promise<void>;
  /** Why another machine may soon take over without this one hearing of it, or undefined. */
  doubt(): string | undefined;
  /** Fencing: throws `lease_held` when a larger number exists, here or in the bucket. */
  check(): Promise<void>;
  release(): Promise<void>;
}

export interface RunLeaseOptions {
  readonly folder: RunFolder;
  readonly runId: string;
  readonly clock: Clock;
  readonly bucket?: Bucket | undefined;
  readonly holder: ProcessIdentity;
  /** Told of a bucket that cannot be asked. */
  readonly note: (message: string) => void;
}

/**
 * Takes both leases; throws `lease_held` when another reaper, of this machine or another, has one. Before the first
 * create the bucket must answer; afterwards one that does not must not keep what exists from being torn down.
 */
export async function takeRunLease(options: RunLeaseOptions): Promise<RunLease> {
  const { folder, clock, bucket, holder, runId } = options;
  const inFolder = new LeaseBook(folder.leases, clock);
  const inBucket = bucket && new BucketLeaseBook(bucket, runId, clock);
  let remote: Lease | undefined;
  let failure: string | undefined;
  let renewedAtMs = clock.elapsed();
  // The folder's lease comes last: it is what the run takes for an acknowledgement.
  try {
    remote = await inBucket?.acquire(holder);
  } catch (error) {
    if (isLeaseHeld(error) || !(await mayExist(folder, clock))) throw error;
    tell(error);
  }
  let local: Lease;
  try {
    local = await inFolder.acquire(holder);
  } catch (error) {
    if (remote !== undefined) await inBucket?.release(remote).catch(() => undefined);
    throw error;
  }

  let renewingSinceMs: number | undefined;
  const quiet = new QuietAfterFailure(clock);
  const asked = async (ask: (book: BucketLeaseBook) => Promise<void>): Promise<void> => {
    if (inBucket === undefined) return;
    try {
      await quiet.watch(() => ask(inBucket));
      failure = undefined;
    } catch (error) {
      if (isLeaseHeld(error)) throw error;
      tell(error);
    }
  };
  return {
    fence: remote?.fence ?? local.fence,
    renew: async () => {
      // A full disk here must not let the bucket's lease run out.
      const [here, there] = await Promise.allSettled([inFolder.renew(local), renewInBucket()]);
      for (const renewed of [there, here]) if (renewed.status === "rejected") throw renewed.reason;
    },
    doubt: () => {
      const now = clock.elapsed();
      const hangs = renewingSinceMs !== undefined && now - renewingSinceMs >= UNRENEWED_MS;
      // After a sleep of the machine the next renewal tells.
      if (inBucket === undefined || (failure === undefined && !hangs) || now - renewedAtMs < UNRENEWED_MS)
        return undefined;
      return `its lease in the bucket could not be renewed for ${UNRENEWED_MS / 60_000} minutes, and another machine may soon take it over: ${failure ?? "no answer"}`;
    },
    check: async () => {
      await inFolder.check(local);
      if (quiet.isQuiet()) return;
      await asked(async (book) => {
        if (remote !== undefined) await book.check(remote);
      });
    },
    release: async () => {
      await inFolder.release(local);
      await asked(async (book) => {
        if (remote !== undefined) await book.release(remote);
      });
    },
  };

  async function renewInBucket(): Promise<void> {
    // One at a time, and also while it is quiet: a bucket that answers again must see a holder that lives.
    if (renewingSinceMs !== undefined) return;
    renewingSinceMs = clock.elapsed();
    await asked(async (book) => {
      if (remote === undefined) remote = await book.acquire(holder);
      else await book.renew(remote);
      renewedAtMs = clock.elapsed();
    }).finally(() => {
      renewingSinceMs = undefined;
    });
  }

  function tell(error: unknown): void {
    const isTold = failure !== undefined;
    failure = messageOf(error);
    // Once an outage: renewals fail every few seconds.
    if (isTold) return;
    options.note(
      `the lease in the bucket cannot be asked, and this goes on with the folder's: ${failure}; asked again every few seconds`,
    );
  }
}

/** Whether anything of the run may exist, as far as its journal can be read. */
async function mayExist(folder: RunFolder, clock: Clock): Promise<boolean> {
  const { entries, damaged } = await new Journal(folder.journal, clock).read();
  return (
    entries.length === 0 ||
    damaged.length > 0 ||
    entries.some((entry) => entry.type === "stack-intent" && entry.act === "apply")
  );
}
