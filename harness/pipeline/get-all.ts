import type { Bucket } from "../model/bucket.ts";

/** Objects that are fetched at once. */
const AT_ONCE = 16;

/** The objects under these keys, in their order; undefined where there is none. */
export async function getAll(
  bucket: Bucket,
  keys: readonly string[],
): Promise<readonly (Uint8Array | undefined)[]> {
  const objects: (Uint8Array | undefined)[] = [];
  for (let start = 0; start < keys.length; start += AT_ONCE)
    objects.push(...(await Promise.all(keys.slice(start, start + AT_ONCE).map((key) => bucket.get(key)))));
  return objects;
}
