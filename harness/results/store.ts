import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { messageOf, RefbenchError } from "../model/error.ts";
import { storedRecord } from "../model/migrate-record.ts";
import type { RunRecord } from "../model/record.ts";
import { RUN_ID_PATTERN } from "../model/run-id.ts";

/** What lies in a folder of runs. */
export interface StoredRecords {
  /** Oldest first. */
  readonly records: readonly RunRecord[];
  /** Runs that have written no record. */
  readonly without: readonly string[];
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

/** Every record below a folder of runs; one that cannot be read is named, never passed over. */
export async function readRecords(runsFolder: string): Promise<StoredRecords> {
  const records: RunRecord[] = [];
  const without: string[] = [];
  const unreadable: { path: string; reason: string }[] = [];
  for (const runId of await runsIn(runsFolder)) {
    const path = join(runsFolder, runId, "record.json");
    try {
      const record = await findRecord(path);
      if (record === undefined) without.push(runId);
      else records.push(record);
    } catch (error) {
      unreadable.push({ path, reason: messageOf(error) });
    }
  }
  return { records, without, unreadable };
}

/** The record in a file, or undefined when there is no such file. */
export async function findRecord(path: string): Promise<RunRecord | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new RefbenchError("run_folder", `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
  try {
    return storedRecord.parse(JSON.parse(text));
  } catch (error) {
    throw new RefbenchError(
      "run_folder",
      `${path} is not a record of this refbench: ${reasonOf(error)}; restore it from a copy of the run's folder`,
      { cause: error },
    );
  }
}

async function runsIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => RUN_ID_PATTERN.test(name)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new RefbenchError("run_folder", `cannot list ${folder}: ${messageOf(error)}`, { cause: error });
  }
}

/** The first thing that is wrong, with its path. */
function reasonOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return messageOf(error);
  const [issue] = error.issues;
  return issue === undefined ? error.message : `${issue.path.join(".") || "the whole"}: ${issue.message}`;
}
