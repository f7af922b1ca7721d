import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { openBucket } from "../inventory/buckets/open-bucket.ts";
import type { Bucket } from "../model/ports/bucket.ts";
import { RefbenchError } from "../tools/error.ts";
import type { Io } from "./settings/io.ts";

/** A bucket that runs were mirrored to, for reading: a share that is not mounted must not look like an empty one. */
export async function openMirror(url: string, { env }: Pick<Io, "env">): Promise<Bucket> {
  const bucket = await openBucket(url, env, "--from");
  if (!bucket.url.startsWith("file:")) return bucket;
  const folder = fileURLToPath(bucket.url);
  const isThere = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isThere) return bucket;
  throw new RefbenchError(
    "infrastructure",
    `--from is ${url}, and there is no folder ${folder}: mount the share, or correct the URL`,
  );
}
