import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { listFolder } from "../../tools/files/local-files.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { chooseRun, RUN_NAMES, runsToName } from "../../model/choose-run.ts";
import { RUN_ID_PATTERN } from "../../model/run-id.ts";
import { readRecordFile, recordOfText } from "../../results/history/record-file.ts";

/** Reads a record by its file, its folder, or a name as `chooseRun` accepts it. Throws `usage` if it is not a record. */
export async function readRecord(
  given: string,
  cwd: string,
): Promise<{ readonly path: string; readonly record: RunRecord }> {
  const runs = await runsWithRecords(cwd);
  const { path, text } = await readFirst(given, listCandidates(given, runs, cwd), runs);
  const read = recordOfText(text);
  if ("record" in read) return { path, record: read.record };
  throw new RefbenchError("usage", `${path} is not a record of refbench: ${read.wrong}`);
}

/** Like `readRecord`, but also refuses a record that was changed or contradicts itself. */
export async function readBelieved(given: string, cwd: string): ReturnType<typeof readRecord> {
  const { path, record } = await readRecord(given, cwd);
  const read = await readRecordFile(path);
  if ("wrong" in read) throw new RefbenchError("run_folder", `${path} ${read.wrong}`);
  return { path, record };
}

/** The folders of runs and manual loads below `cwd` that have a record, by id. */
async function runsWithRecords(cwd: string): Promise<ReadonlyMap<string, string>> {
  const roots = ["runs", "scaletest"].map((kind) => join(cwd, ".refbench", kind));
  const found = await Promise.all(
    roots.map(async (root) =>
      (await listFolder(root))
        .map(({ name }) => name)
        .filter((name) => RUN_ID_PATTERN.test(name) && existsSync(join(root, name, "record.json")))
        .map((name) => [name, join(root, name)] as const),
    ),
  );
  return new Map(found.flat());
}

function listCandidates(given: string, runs: ReadonlyMap<string, string>, cwd: string): readonly string[] {
  const path = resolve(cwd, given);
  if (existsSync(path)) return [path];
  const folder = runs.get(chooseRun(given, [...runs.keys()]) ?? "");
  return folder === undefined ? [path] : [path, join(folder, "record.json")];
}

async function readFirst(
  given: string,
  paths: readonly string[],
  runs: ReadonlyMap<string, string>,
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
    `there is no record "${given}": expected the path of a record's file, of a run's folder, or ${RUN_NAMES}; ${runsToName([...runs.keys()])}`,
  );
}
