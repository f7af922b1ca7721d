import type { Bucket } from "../../model/ports/bucket.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { RunId } from "../../model/run-id.ts";
import { BucketLeaseBook } from "./bucket-lease.ts";
import { LEASE_MS } from "../lease/lease.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";

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
  await clock.sleep(LOOK_MS, signal);
  let silent = first;
  const isFree = await waitUntil(
    async () => {
      const now = await book.current();
      if (now === undefined || !book.holds(now)) return true;
      if (now.fence !== first.fence || now.renewedAtMs !== first.renewedAtMs) {
        throw new RefbenchError(
          "lease_held",
          `process ${now.holder.pid} on ${now.holder.host} works on this run: watch it there with "refbench watch ${runId}", or end it and try again`,
        );
      }
      silent = now;
      return undefined;
    },
    { clock, everyMs: LOOK_MS, forMs: LEASE_MS - LOOK_MS, signal },
  );
  // Its clock may be ahead of this one: the next process that asks must not wait for that as well.
  if (isFree === undefined) await book.release(silent);
}
