import type { Clock } from "../../tools/time/clock.ts";
import { messageOf } from "../../tools/error.ts";
import type { Bucket } from "../../model/ports/bucket.ts";
import { BucketLeaseBook } from "../mirror/bucket-lease.ts";
import { Journal } from "../folder/journal.ts";
import { isLeaseHeld, LeaseBook, type Lease, UNRENEWED_MS } from "../lease/lease.ts";
import type { ProcessIdentity } from "../../tools/process/process-identity.ts";
import { FailureBackoff } from "../lease/failure-backoff.ts";
import type { RunFolder } from "../folder/run-folder.ts";

/** The right to tear down a run, held on this machine and, if the run is mirrored, in its bucket too. */
export interface RunLease {
  readonly fence: number;
  /** Renews both leases. Throws `lease_held` when another process took over, here or in the bucket. */
  renew(): Promise<void>;
  /** Why another machine may soon take over unnoticed, or undefined. */
  doubt(): string | undefined;
  /** Throws `lease_held` when a larger fencing number exists, here or in the bucket. */
  check(): Promise<void>;
  release(): Promise<void>;
}

export interface RunLeaseOptions {
  readonly folder: RunFolder;
  readonly runId: string;
  readonly clock: Clock;
  readonly bucket?: Bucket | undefined;
  readonly holder: ProcessIdentity;
  /** Receives a warning when the bucket does not answer. */
  readonly note: (message: string) => void;
}

/**
 * Takes both leases. Throws `lease_held` when another reaper, on this machine or another, has one. Before the
 * first create the bucket must answer. Later, a bucket that does not answer must not prevent the teardown.
 */
export async function takeRunLease(options: RunLeaseOptions): Promise<RunLease> {
  const { folder, clock, bucket, holder, runId } = options;
  const inFolder = new LeaseBook(folder.leases, clock);
  const inBucket = bucket && new BucketLeaseBook(bucket, runId, clock);
  let remote: Lease | undefined;
  let failure: string | undefined;
  let renewedAtMs = clock.elapsed();
  // The folder's lease comes last: the run takes it as the acknowledgement.
  try {
    remote = await inBucket?.acquire(holder);
  } catch (error) {
    if (isLeaseHeld(error) || !(await mayExist(folder, clock))) throw error;
    reportOutage(error);
  }
  let local: Lease;
  try {
    local = await inFolder.acquire(holder);
  } catch (error) {
    if (remote !== undefined) await inBucket?.release(remote).catch(() => undefined);
    throw error;
  }

  let renewingSinceMs: number | undefined;
  const backoff = new FailureBackoff(clock);
  const askBucket = async (ask: (book: BucketLeaseBook) => Promise<void>): Promise<void> => {
    if (inBucket === undefined) return;
    try {
      await backoff.watch(() => ask(inBucket));
      failure = undefined;
    } catch (error) {
      if (isLeaseHeld(error)) throw error;
      reportOutage(error);
    }
  };
  return {
    fence: remote?.fence ?? local.fence,
    renew: async () => {
      // A full disk here must not let the bucket's lease expire.
      const [here, there] = await Promise.allSettled([inFolder.renew(local), renewInBucket()]);
      for (const renewed of [there, here]) if (renewed.status === "rejected") throw renewed.reason;
    },
    doubt: () => {
      const now = clock.elapsed();
      const hangs = renewingSinceMs !== undefined && now - renewingSinceMs >= UNRENEWED_MS;
      // After the machine slept, the next renewal decides.
      if (inBucket === undefined || (failure === undefined && !hangs) || now - renewedAtMs < UNRENEWED_MS)
        return undefined;
      return `its lease in the bucket could not be renewed for ${UNRENEWED_MS / 60_000} minutes, so another machine may soon take over: ${failure ?? "no answer"}`;
    },
    check: async () => {
      await inFolder.check(local);
      if (backoff.isBackingOff()) return;
      await askBucket(async (book) => {
        if (remote !== undefined) await book.check(remote);
      });
    },
    release: async () => {
      await inFolder.release(local);
      await askBucket(async (book) => {
        if (remote !== undefined) await book.release(remote);
      });
    },
  };

  async function renewInBucket(): Promise<void> {
    // One at a time, also during the back-off: a bucket that answers again must see a living holder.
    if (renewingSinceMs !== undefined) return;
    renewingSinceMs = clock.elapsed();
    await askBucket(async (book) => {
      if (remote === undefined) remote = await book.acquire(holder);
      else await book.renew(remote);
      renewedAtMs = clock.elapsed();
    }).finally(() => {
      renewingSinceMs = undefined;
    });
  }

  function reportOutage(error: unknown): void {
    const isReported = failure !== undefined;
    failure = messageOf(error);
    // Once per outage: renewals fail every few seconds.
    if (isReported) return;
    options.note(
      `the lease in the bucket cannot be read, so only the folder's lease is used: ${failure}; retrying every few seconds`,
    );
  }
}

/** Whether anything of the run may exist, as far as its journal is readable. */
async function mayExist(folder: RunFolder, clock: Clock): Promise<boolean> {
  const { entries, damaged } = await new Journal(folder.journal, clock).read();
  return (
    entries.length === 0 ||
    damaged.length > 0 ||
    entries.some((entry) => entry.type === "stack-intent" && entry.act === "apply")
  );
}
