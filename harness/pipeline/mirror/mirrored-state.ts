import type { Bucket } from "../../model/ports/bucket.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { BucketLeaseBook } from "./bucket-lease.ts";
import { LEASE_MS } from "../lease/lease.ts";
import { mirrorKeys } from "./mirror.ts";
import { type MirroredRecord, parseRecord } from "./mirrored-records.ts";
import type { MirroredRun } from "./mirrored-runs.ts";
import type { Plan } from "../folder/plan.ts";
import { readMirroredPlan } from "./restore.ts";

/** The action for a run in a bucket. */
export type MirroredState =
  /** Its record says that nothing remains. */
  | { readonly state: "finished" }
  /** Nothing of it can exist, or its own processes are just starting. */
  | { readonly state: "skipped"; readonly reason: string }
  /**
   * It must be torn down. `heldBy` names a process that is believed to do so; watch its lease for longer to
   * be sure.
   */
  | { readonly state: "due"; readonly plan: Plan; readonly heldBy?: string };

/**
 * Checks one run of a bucket. A leaked or unverified run is due again: a credential may have been renewed, or
 * somebody may have helped. Throws when the bucket has no readable plan of the run.
 */
export async function mirroredState(
  run: MirroredRecord,
  { bucket, clock }: { readonly bucket: Bucket; readonly clock: Clock },
): Promise<MirroredState> {
  const { runId, text } = run;
  const record = parseRecord(text);
  if (record !== undefined && record.verdict !== "pending" && record.teardown.state === "clean")
    return { state: "finished" };
  if (!mayHaveBegun(run)) {
    return { state: "skipped", reason: "it never began: the bucket has neither its plan nor its journal" };
  }
  const plan = await readMirroredPlan(bucket, runId);
  const book = new BucketLeaseBook(bucket, runId, clock);
  const lease = await book.current();
  // A run is mirrored before its reaper has the lease.
  if (lease === undefined && clock.now() - Date.parse(plan.createdAt) < LEASE_MS)
    return { state: "skipped", reason: "it is just starting" };
  if (lease === undefined || !book.holds(lease)) return { state: "due", plan };
  return { state: "due", plan, heldBy: `process ${lease.holder.pid} on ${lease.holder.host}` };
}

/**
 * Whether anything of a run may ever have existed. Its plan is put before the journal's first line, and that
 * before anything is created.
 */
export function mayHaveBegun({ runId, keys }: MirroredRun): boolean {
  return keys.some(
    (key) =>
      key === mirrorKeys.file(runId, "plan.json") ||
      key.startsWith(mirrorKeys.journal(runId)) ||
      key.startsWith(mirrorKeys.file(runId, "terraform/")),
  );
}
