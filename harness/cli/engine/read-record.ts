import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { RUN_ID_PATTERN } from "../../model/run-id.ts";
import { readRecordFile, recordOfText } from "../../results/history/record-file.ts";

/** Reads a record from a file, a run's folder, or by a run's id, or refuses what is none with what is wrong. */
export async function readRecord(
  given: string,
  cwd: string,
): Promise<{ readonly path: string; readonly record: RunRecord }> {
  const { path, text } = await readFirst(given, candidates(given, cwd));
  const read = recordOfText(text);
  if ("record" in read) return { path, record: read.record };
  throw new RefbenchError("usage", `${path} is no record of refbench: ${read.wrong}`);
}

/** As `readRecord`, but one that was changed, or contradicts itself, is refused too. */
export async function readBelieved(given: string, cwd: string): ReturnType<typeof readRecord> {
  const { path, record } = await readRecord(given, cwd);
  const read = await readRecordFile(path);
  if ("wrong" in read) throw new RefbenchError("run_folder", `${path} ${read.wrong}`);
  return { path, record };
}

function candidates(given: string, cwd: string): readonly string[] {
  const path = resolve(cwd, given);
  const inRuns = RUN_ID_PATTERN.test(given)
    ? ["runs", "scaletest"].map((kind) => join(cwd, ".refbench", kind, given, "record.json"))
    : [];
  return [path, ...inRuns];
}

async function readFirst(
  given: string,
  paths: readonly string[],
): Promise<{ readonly path: string; readonly text: string }> {
  for (const path of paths) {
    try {
      const file = (await stat(path)).isDirectory() ? join(path, "record.json") : path;
      return { path: file, text: await readFile(file, "utf8") };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") continue;
      throw new RefbenchError("usage", `${path} cannot be read: ${messageOf(error)}`, { cause: error });
    }
  }
  throw new RefbenchError(
    "usage",
    `there is no record "${given}": expected the path of a record's file, of a run's folder, or the id of a run in this folder`,
  );
}
