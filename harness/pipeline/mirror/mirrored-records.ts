import { readFile } from "node:fs/promises";
import type { Bucket } from "../../model/ports/bucket.ts";
import { storedRecord } from "../../model/record/migrate-record.ts";
import type { RunRecord } from "../../model/record/record.ts";
import type { RunId } from "../../model/run-id.ts";
import { getAll } from "./get-all.ts";
import { mirrorKeys } from "./mirror.ts";
import { type MirroredRun, mirroredRuns } from "./mirrored-runs.ts";
import type { RunFolder } from "../folder/run-folder.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** A run that a bucket holds, with its record as it lies there. */
export interface MirroredRecord extends MirroredRun {
  /** The record's place, in words. */
  readonly path: string;
  /** Absent when the run has written none. */
  readonly text?: string;
}

/** Every run that a bucket holds, oldest first, its record unread; throws when the bucket cannot be listed. */
export async function mirroredRecordTexts(bucket: Bucket): Promise<readonly MirroredRecord[]> {
  const runs = await mirroredRuns(bucket);
  const written = runs.flatMap(({ runId, keys }) => keys.filter((key) => key === recordKey(runId)));
  const found = await getAll(bucket, written);
  const texts = new Map(written.map((key, index) => [key, found[index]]));
  return runs.map((run) => {
    const key = recordKey(run.runId);
    const bytes = texts.get(key);
    return {
      ...run,
      path: `${key} in ${bucket.url}`,
      ...(bytes === undefined ? {} : { text: Buffer.from(bytes).toString() }),
    };
  });
}

/** The records of the runs that a bucket holds; one that cannot be read says nothing. */
export async function mirroredRecords(bucket: Bucket): Promise<readonly RunRecord[]> {
  return (await mirroredRecordTexts(bucket)).flatMap(({ text }) => recordOf(text) ?? []);
}

/** The record in such a text, or undefined where it is none. */
export function recordOf(text: string | undefined): RunRecord | undefined {
  if (text === undefined) return undefined;
  try {
    return storedRecord.safeParse(parseJson(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * Sees that the bucket has a run's final record: its reaper puts it there, but goes on without a bucket that does not
 * answer. Throws `infrastructure` when it still does not.
 */
export async function keepFinalRecord(bucket: Bucket, folder: RunFolder, runId: RunId): Promise<void> {
  const own = await readFile(folder.record);
  const key = recordKey(runId);
  const there = await bucket.get(key);
  if (there === undefined || !own.equals(there)) await bucket.put(key, own);
}

function recordKey(runId: RunId): string {
  return mirrorKeys.file(runId, "record.json");
}
