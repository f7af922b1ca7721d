import { RefbenchError } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { RUN_ID_PATTERN } from "../../model/run-id.ts";
import { dayOf } from "../format/day.ts";

/** Allowed names of architectures and sizes: valid folder names on every machine. */
const FOLDER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Returns a record's path in a store: `<architecture>/<size>/<date>-<run>.json`. The date is the UTC day of the start. */
export function recordPath({ architecture, size, startedAt, runId }: RunRecord): string {
  return `${architecture}/${size}/${dayOf(startedAt)}-${runId}.json`;
}

/** Refuses a record whose names are not valid as folder and file names. */
export function requireStorable(record: RunRecord): void {
  if (isRecordPath(recordPath(record))) return;
  const { runId, architecture, size } = record;
  throw new RefbenchError(
    "usage",
    `run "${runId}" of ${architecture}/${size} cannot be stored: names must have at most 64 letters, digits, dots, hyphens or underscores, and a run id 26 characters`,
  );
}

/** Whether a path in a store has the form of a record's path. */
export function isRecordPath(path: string): boolean {
  const [architecture = "", size = "", name = "", ...deeper] = path.split("/");
  const [, runId = ""] = /^\d{4}-\d\d-\d\d-(.+)\.json$/.exec(name) ?? [];
  return deeper.length === 0 && FOLDER.test(architecture) && FOLDER.test(size) && RUN_ID_PATTERN.test(runId);
}
