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

/** A run in a bucket, with the text of its record. */
export interface MirroredRecord extends MirroredRun {
  /** The record's place, for messages. */
  readonly path: string;
  /** Absent when the run has no record. */
  readonly text?: string;
}

/** Every run in a bucket, oldest first, with unparsed records. Throws when the bucket cannot be listed. */
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

/** The records of the runs in a bucket. Unreadable ones are skipped. */
export async function mirroredRecords(bucket: Bucket): Promise<readonly RunRecord[]> {
  return (await mirroredRecordTexts(bucket)).flatMap(({ text }) => parseRecord(text) ?? []);
}

/** Parses a record; undefined if the text is not a record. */
export function parseRecord(text: string | undefined): RunRecord | undefined {
  if (text === undefined) return undefined;
  try {
    return storedRecord.safeParse(parseJson(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * Makes sure that the bucket has a run's final record. The reaper puts it there, but continues if the bucket
 * does not answer. Throws `infrastructure` when the bucket still does not answer.
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
