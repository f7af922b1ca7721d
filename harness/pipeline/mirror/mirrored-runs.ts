import type { Bucket } from "../../model/ports/bucket.ts";
import { RUN_ID_PATTERN, type RunId } from "../../model/run-id.ts";
import { mirrorKeys } from "./mirror.ts";

/** A run in a bucket. */
export interface MirroredRun {
  readonly runId: RunId;
  /** The keys of all objects of the run. */
  readonly keys: readonly string[];
}

/** Every run in a bucket, oldest first. Throws when the bucket cannot be listed. */
export async function mirroredRuns(bucket: Bucket): Promise<readonly MirroredRun[]> {
  const byRun = new Map<RunId, string[]>();
  for (const key of await bucket.list(mirrorKeys.runs)) {
    const id = key.slice(mirrorKeys.runs.length).split("/", 1)[0] ?? "";
    if (!RUN_ID_PATTERN.test(id)) continue;
    const keys = byRun.get(id) ?? [];
    keys.push(key);
    byRun.set(id, keys);
  }
  return [...byRun].map(([runId, keys]) => ({ runId, keys })).toSorted(byId);
}

/** Run ids are ULIDs, which begin with their time. */
function byId(one: MirroredRun, other: MirroredRun): number {
  return one.runId < other.runId ? -1 : 1;
}
