import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { openBucket } from "../inventory/buckets/open-bucket.ts";
import type { Bucket } from "../model/ports/bucket.ts";
import { RefbenchError } from "../tools/error.ts";
import type { Io } from "./settings/io.ts";

/** Opens a bucket with mirrored runs for reading. Throws `usage` for a missing folder: a share that is not mounted is not empty. */
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
    `--from is ${url}, but the folder ${folder} does not exist: mount the share, or correct the URL`,
  );
}
