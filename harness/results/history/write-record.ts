import { join } from "node:path";
import { RefbenchError } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { resultsJson } from "./json.ts";
import { digestFile, digestPath } from "./digest.ts";
import { findText } from "./find-text.ts";
import { writeOnce } from "./write-once.ts";

/** Writes a record into a store for good, its digest before it: no moment has a record that nothing vouches for. */
export async function writeRecord(record: RunRecord, store: string, path: string): Promise<void> {
  const text = resultsJson(record);
  await writeDigest(digestFile(text, path), store, path);
  await writeSame(join(store, path), text, store);
}

/** Writes the digest of a record for good. */
export async function writeDigest(digest: string, store: string, path: string): Promise<void> {
  await writeSame(join(store, digestPath(path)), digest, store);
}

/** Another import of the same may have been faster, or was killed between a digest and its record. */
async function writeSame(path: string, text: string, store: string): Promise<void> {
  if (await writeOnce(path, text, store)) return;
  if ((await findText(path)) === text) return;
  throw new RefbenchError(
    "run_folder",
    `${path} is already there with another content: "refbench results list" says why; restore it or take it out, then import again`,
  );
}
