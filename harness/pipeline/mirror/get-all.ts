import type { Bucket } from "../../model/ports/bucket.ts";
import { inTurns } from "../../tools/time/in-turns.ts";

/** Objects that are fetched at once. */
const AT_ONCE = 16;

/** The objects under these keys, in their order; undefined where there is none. */
export function getAll(
  bucket: Bucket,
  keys: readonly string[],
): Promise<readonly (Uint8Array | undefined)[]> {
  return inTurns(keys, AT_ONCE, (key) => bucket.get(key));
}
