import type { Bucket } from "../../model/ports/bucket.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { RunId } from "../../model/run-id.ts";
import { BucketLeaseBook } from "./bucket-lease.ts";
import { LEASE_MS } from "../lease/lease.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";

const LOOK_MS = 2_000;

/**
 * Waits until no machine is believed to work on a run. Throws `lease_held` when one does. A holder is
 * believed while its renewal is recent by the clocks of both machines. Since clocks differ, it is believed
 * for at most `LEASE_MS` without another renewal.
 */
export async function awaitBucketLease(
  bucket: Bucket,
  runId: RunId,
  {
    clock,
    reportLine,
    signal,
  }: {
    readonly clock: Clock;
    readonly reportLine: (message: string) => void;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const book = new BucketLeaseBook(bucket, runId, clock);
  const first = await book.current();
  if (first === undefined || !book.holds(first)) return;
  const { pid, host } = first.holder;
  reportLine(
    `process ${pid} on ${host} has the lease of this run: waiting up to ${LEASE_MS / 60_000} minutes for a renewal`,
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
          `process ${now.holder.pid} on ${now.holder.host} works on this run: watch it there with "refbench watch ${runId}", or end it and retry`,
        );
      }
      silent = now;
      return undefined;
    },
    { clock, everyMs: LOOK_MS, forMs: LEASE_MS - LOOK_MS, signal },
  );
  // The holder's clock may be ahead: without this release the next process would wait for that too.
  if (isFree === undefined) await book.release(silent);
}
