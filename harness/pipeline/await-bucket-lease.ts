import type { Bucket } from "../model/bucket.ts";
import type { Clock } from "../model/clock.ts";
import { RefbenchError } from "../model/error.ts";
import type { RunId } from "../model/run-id.ts";
import { BucketLeaseBook } from "./bucket-lease.ts";
import { LEASE_MS } from "./lease.ts";

const LOOK_MS = 2_000;

/**
 * Waits until no machine is believed to work on a run; throws `lease_held` when one is seen to. Believed is a
 * renewal that is young by the clocks of both machines, and since clocks differ, at most `LEASE_MS` without another.
 */
export async function awaitBucketLease(
  bucket: Bucket,
  runId: RunId,
  {
    clock,
    tell,
    signal,
  }: {
    readonly clock: Clock;
    readonly tell: (message: string) => void;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const book = new BucketLeaseBook(bucket, runId, clock);
  const first = await book.current();
  if (first === undefined || !book.holds(first)) return;
  const { pid, host } = first.holder;
  tell(
    `process ${pid} on ${host} has the lease of this run: waiting ${LEASE_MS / 60_000} minutes for a sign of life`,
  );
  const giveUpAt = clock.elapsed() + LEASE_MS;
  for (;;) {
    await clock.sleep(LOOK_MS, signal);
    const now = await book.current();
    if (now === undefined || !book.holds(now)) return;
    if (now.fence !== first.fence || now.renewedAtMs !== first.renewedAtMs) {
      throw new RefbenchError(
        "lease_held",
        `process ${now.holder.pid} on ${now.holder.host} works on this run: watch it there with "refbench watch ${runId}", or end it and try again`,
      );
    }
    if (clock.elapsed() >= giveUpAt) {
      // Its clock may be ahead of this one: whoever asks next must not wait for that as well.
      await book.release(now);
      return;
    }
  }
}
