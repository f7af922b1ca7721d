import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { RUN_ID_PATTERN } from "../../model/run-id.ts";
import { readRecordFile } from "./record-file.ts";
import type { Unreadable } from "./unreadable.ts";

/** The records in a folder of runs. */
export interface RunRecords {
  readonly folder: string;
  /** Oldest first, including runs that are not torn down yet. */
  readonly records: readonly RunRecord[];
  /** Runs without a record. */
  readonly without: readonly string[];
  readonly unreadable: readonly Unreadable[];
}

/** Reads every record in a folder of runs. Unreadable ones are listed, never skipped. */
export async function readRunRecords(runsFolder: string): Promise<RunRecords> {
  const records: RunRecord[] = [];
  const without: string[] = [];
  const unreadable: Unreadable[] = [];
  for (const runId of await runsIn(runsFolder)) {
    const path = join(runsFolder, runId, "record.json");
    if (!(await isThere(path))) {
      without.push(runId);
      continue;
    }
    const read = await readRecordFile(path);
    if ("record" in read) records.push(read.record);
    else unreadable.push({ path, reason: read.wrong });
  }
  return { folder: runsFolder, records, without, unreadable };
}

async function runsIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => RUN_ID_PATTERN.test(name)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new RefbenchError("run_folder", `cannot list ${folder}: ${messageOf(error)}`, { cause: error });
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    (error: unknown) => (error as NodeJS.ErrnoException).code !== "ENOENT",
  );
}
