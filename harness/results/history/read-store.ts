import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { recordOfDigest } from "./digest.ts";
import { isFinal } from "./final.ts";
import { isRecordPath, recordPath } from "./layout.ts";
import { readRecordFile } from "./record-file.ts";
import {
  RESETS_FILE,
  findMarker,
  storeKindOf,
  STORE_MARKER,
  type StoreKind,
  type StoreMarker,
} from "./store-kind.ts";
import type { Unreadable } from "./unreadable.ts";

/** The contents of a store, by the relative path of each record. */
export interface StoredRecords {
  readonly records: ReadonlyMap<string, RunRecord>;
  readonly unreadable: readonly Unreadable[];
  /** Records stored before digests existed: the digest that each would have, by the record's path. */
  readonly undigested: ReadonlyMap<string, string>;
  /** SHA-256 of each record's text, by the record's path. */
  readonly digests: ReadonlyMap<string, string>;
}

/** Reads every record of a store, and explains what is wrong with every other file. */
export async function readStore(store: string): Promise<StoredRecords> {
  const marker = await findMarker(store);
  const records = new Map<string, RunRecord>();
  const undigested = new Map<string, string>();
  const digests = new Map<string, string>();
  const unreadable: Unreadable[] = [];
  const paths = await filesIn(store);
  if (marker === undefined && paths.length > 0) {
    const reason = "is missing, so the kind of the store is unknown: restore it";
    unreadable.push({ path: join(store, STORE_MARKER), reason });
  }
  const there = new Set(paths);
  for (const path of paths) {
    const file = join(store, path);
    const digested = recordOfDigest(path);
    if (digested !== undefined && isRecordPath(digested)) {
      if (!there.has(digested)) unreadable.push({ path: file, reason: LOST });
      continue;
    }
    const read = isRecordPath(path) ? await readRecordFile(file) : { wrong: NO_RECORD };
    const wrong = "wrong" in read ? read.wrong : outOfPlace(read, path, marker);
    if (wrong !== undefined) unreadable.push({ path: file, reason: wrong });
    else if ("record" in read) {
      records.set(path, read.record);
      digests.set(path, read.digest.split(" ", 1)[0] ?? "");
      if (!read.hasDigest) undigested.set(path, read.digest);
    }
  }
  return { ...withoutTwins(store, records, unreadable), undigested, digests };
}

const NO_RECORD =
  "is not a record's path (<architecture>/<size>/<date>-<run>.json): move it out of the store";
const LOST = "is the digest of a missing record: restore the record, or import its run again";
const UNDIGESTED =
  "has no digest, but every record of this store must have one: restore it from the store's history, or import its run again";

function outOfPlace(
  { record, hasDigest }: { readonly record: RunRecord; readonly hasDigest: boolean },
  path: string,
  marker: StoreMarker | undefined,
): string | undefined {
  return (
    misplaced(record, path, marker?.kind) ??
    (marker?.digests !== undefined && !hasDigest ? UNDIGESTED : undefined)
  );
}

function misplaced(record: RunRecord, path: string, kind: StoreKind | undefined): string | undefined {
  const place = recordPath(record);
  if (place !== path)
    return `holds the record that belongs to ${place}: it was changed or moved; restore it or move it there`;
  if (!isFinal(record))
    return `holds a record that is not final (${record.verdict}): remove it, and import the run after its teardown`;
  if (kind !== undefined && storeKindOf(record) !== kind)
    return `belongs to ${storeKindOf(record)}, but the store holds ${kind}: remove it, and import it into another store`;
  return undefined;
}

/** Excludes runs with more than one file: it is unknown which is right. */
function withoutTwins(
  store: string,
  records: StoredRecords["records"],
  unreadable: StoredRecords["unreadable"],
): Omit<StoredRecords, "undigested" | "digests"> {
  const pathsOf = new Map<string, string[]>();
  for (const [path, { runId }] of records) pathsOf.set(runId, [...(pathsOf.get(runId) ?? []), path]);
  const twins = [...pathsOf].filter(([, paths]) => paths.length > 1);
  const doubts = twins.flatMap(([runId, paths]) =>
    paths.map((path) => {
      const others = paths.filter((other) => other !== path).join(" and ");
      const reason = `holds run ${runId} with other content than ${others}: remove the wrong one`;
      return { path: join(store, path), reason };
    }),
  );
  const doubtedPaths = new Set(twins.flatMap(([, paths]) => paths));
  return {
    records: new Map([...records].filter(([path]) => !doubtedPaths.has(path))),
    unreadable: [...unreadable, ...doubts],
  };
}

/** Lists the relative paths of all files. At the top, hidden files and files other than JSON belong to the repository. */
async function filesIn(store: string): Promise<readonly string[]> {
  const top = (await entriesOf(store)).filter(
    (entry) =>
      !entry.name.startsWith(".") &&
      entry.name !== STORE_MARKER &&
      entry.name !== RESETS_FILE &&
      (entry.isDirectory() || entry.name.endsWith(".json")),
  );
  const below = await Promise.all(top.map((entry) => filesBelow(store, entry.name, entry)));
  return below.flat().sort();
}

async function filesBelow(store: string, path: string, entry: Dirent): Promise<readonly string[]> {
  if (!entry.isDirectory()) return [path];
  const entries = await entriesOf(join(store, path));
  return (await Promise.all(entries.map((each) => filesBelow(store, `${path}/${each.name}`, each)))).flat();
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new RefbenchError("run_folder", `cannot list ${folder}: ${messageOf(error)}`, { cause: error });
  }
}
