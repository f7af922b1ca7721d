import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { RunRecord } from "../../model/record/record.ts";
import { recordOfDigest } from "../../results/history/digest.ts";
import { isFinal } from "../../results/history/final.ts";
import { readRecordFile } from "../../results/history/record-file.ts";
import { STORE_MARKER, RESETS_FILE } from "../../results/history/store-kind.ts";
import type { Unreadable } from "../../results/history/unreadable.ts";
import { readBelieved } from "../../loads/engine/read-record.ts";
import type { Io } from "../../composition/settings/io.ts";

/** Records to import, from wherever they lay. */
export interface Gathered {
  readonly records: readonly RunRecord[];
  /** Records in folders whose teardown is not over. They are not imported. */
  readonly notFinal: readonly RunRecord[];
  readonly unreadable: readonly Unreadable[];
  /** The path of each record, by its run's id. */
  readonly from: ReadonlyMap<string, string>;
}

/** Reads what was named: a record, a run's id or its folder, or every record below any other folder. */
export async function gatherRecords(what: readonly string[], io: Io): Promise<Gathered> {
  const records: RunRecord[] = [];
  const notFinal: RunRecord[] = [];
  const unreadable: Unreadable[] = [];
  const from = new Map<string, string>();
  for (const given of what) {
    const files = await recordFiles(resolve(io.cwd, given));
    if (files === undefined) {
      const { path, record } = await readBelieved(given, io.cwd);
      records.push(record);
      from.set(record.runId, path);
      continue;
    }
    for (const path of files) {
      const read = await readRecordFile(path);
      if ("wrong" in read) unreadable.push({ path, reason: read.wrong });
      else if (isFinal(read.record)) {
        records.push(read.record);
        from.set(read.record.runId, path);
      } else notFinal.push(read.record);
    }
  }
  return { records, notFinal, unreadable, from };
}

/** The files of a folder of records; undefined for a run's folder, and for anything that is not a folder. */
async function recordFiles(path: string): Promise<readonly string[] | undefined> {
  if (!(await isFolder(path)) || (await isFile(join(path, "record.json")))) return undefined;
  // A run without a record yet: the other files in its folder are not records.
  if (await isFile(join(path, "plan.json"))) return [];
  const entries = (await readdir(path, { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith(".") && name !== STORE_MARKER && name !== RESETS_FILE)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const names = new Set(entries.map(({ name }) => join(path, name)));
  const found = await Promise.all(
    entries.map(async (entry) => {
      const file = join(path, entry.name);
      if (!entry.isDirectory()) return entry.name.endsWith(".json") ? [file] : lostRecord(file, names);
      return (await recordFiles(file)) ?? [join(file, "record.json")];
    }),
  );
  return found.flat();
}

/** The record whose digest alone is there: what cannot be read is named. */
function lostRecord(file: string, there: ReadonlySet<string>): readonly string[] {
  const record = recordOfDigest(file);
  return record?.endsWith(".json") === true && !there.has(record) ? [record] : [];
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
