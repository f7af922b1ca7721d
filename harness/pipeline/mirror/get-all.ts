import type { Bucket } from "../../model/ports/bucket.ts";
import { inTurns } from "../../tools/time/in-turns.ts";

/** How many objects are fetched at once. */
const AT_ONCE = 16;

/** The objects under these keys, in the same order; undefined for a missing object. */
export function getAll(
  bucket: Bucket,
  keys: readonly string[],
): Promise<readonly (Uint8Array | undefined)[]> {
  return inTurns(keys, AT_ONCE, (key) => bucket.get(key));
}
