import type { Bucket } from "../../model/ports/bucket.ts";
import { RUN_ID_PATTERN, type RunId } from "../../model/run-id.ts";
import { mirrorKeys } from "./mirror.ts";

/** A run that a bucket holds. */
export interface MirroredRun {
  readonly runId: RunId;
  /** The keys of everything that the bucket holds of it. */
  readonly keys: readonly string[];
}

/** Every run that a bucket holds, oldest first; throws when the bucket cannot be listed. */
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

/** A ULID begins with its time. */
function byId(one: MirroredRun, other: MirroredRun): number {
  return one.runId < other.runId ? -1 : 1;
}
