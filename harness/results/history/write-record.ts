import { join } from "node:path";
import { RefbenchError } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { resultsJson } from "./json.ts";
import { digestFile, digestPath } from "./digest.ts";
import { findText } from "./find-text.ts";
import { writeOnce } from "./write-once.ts";

/** Writes a record into a store permanently. The digest is written first, so that no record exists without one. */
export async function writeRecord(record: RunRecord, store: string, path: string): Promise<void> {
  const text = resultsJson(record);
  await writeDigest(digestFile(text, path), store, path);
  await writeSame(join(store, path), text, store);
}

/** Writes the digest of a record permanently. */
export async function writeDigest(digest: string, store: string, path: string): Promise<void> {
  await writeSame(join(store, digestPath(path)), digest, store);
}

/** Accepts an existing file with the same text: another import may have been faster, or an import was interrupted. */
async function writeSame(path: string, text: string, store: string): Promise<void> {
  if (await writeOnce(path, text, store)) return;
  if ((await findText(path)) === text) return;
  throw new RefbenchError(
    "run_folder",
    `${path} already exists with other content ("refbench results list" explains it): restore or remove it, then import again`,
  );
}
