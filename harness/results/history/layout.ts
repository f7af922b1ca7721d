import { RefbenchError } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { RUN_ID_PATTERN } from "../../model/run-id.ts";
import { dayOf } from "../format/day.ts";

/** What an architecture or a size may be called to be a folder's name on every machine. */
const FOLDER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Where a record lies in a store: `<architecture>/<size>/<date>-<run>.json`, the date being the UTC day it started. */
export function recordPath({ architecture, size, startedAt, runId }: RunRecord): string {
  return `${architecture}/${size}/${dayOf(startedAt)}-${runId}.json`;
}

/** Refuses a record whose names cannot be those of a folder and a file. */
export function requireStorable(record: RunRecord): void {
  if (isRecordPath(recordPath(record))) return;
  const { runId, architecture, size } = record;
  throw new RefbenchError(
    "usage",
    `run "${runId}" of ${architecture}/${size} cannot be stored: expected names of letters, digits, dots, hyphens and underscores, at most 64, and an id of 26`,
  );
}

/** Whether a path below a store could be that of a record at all. */
export function isRecordPath(path: string): boolean {
  const [architecture = "", size = "", name = "", ...deeper] = path.split("/");
  const [, runId = ""] = /^\d{4}-\d\d-\d\d-(.+)\.json$/.exec(name) ?? [];
  return deeper.length === 0 && FOLDER.test(architecture) && FOLDER.test(size) && RUN_ID_PATTERN.test(runId);
}
