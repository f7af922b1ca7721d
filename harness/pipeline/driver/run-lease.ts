import { LeaseInBucket } from "./lease-in-bucket.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { Bucket } from "../../model/ports/bucket.ts";
import { BucketLeaseBook } from "../mirror/bucket-lease.ts";
import { Journal } from "../folder/journal.ts";
import { LeaseBook, type Lease } from "../lease/lease.ts";
import type { ProcessIdentity } from "../../tools/process/process-identity.ts";
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
  const { folder, clock, bucket, holder, runId, note } = options;
  const inFolder = new LeaseBook(folder.leases, clock);
  const there =
    bucket && new LeaseInBucket(new BucketLeaseBook(bucket, runId, clock), { clock, holder, note });
  // The folder's lease comes last: the run takes it as the acknowledgement.
  await there?.take({ mayBeAbsent: () => mayExist(folder, clock) });
  let here: Lease;
  try {
    here = await inFolder.acquire(holder);
  } catch (error) {
    await there?.giveBack();
    throw error;
  }
  return {
    fence: there?.fence ?? here.fence,
    renew: async () => {
      // A full disk here must not let the bucket's lease expire.
      const [local, remote] = await Promise.allSettled([inFolder.renew(here), there?.renew()]);
      for (const renewed of [remote, local]) if (renewed.status === "rejected") throw renewed.reason;
    },
    doubt: () => there?.doubt(),
    check: async () => {
      await inFolder.check(here);
      await there?.check();
    },
    release: async () => {
      await inFolder.release(here);
      await there?.release();
    },
  };
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
