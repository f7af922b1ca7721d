import { join } from "node:path";
import { RefbenchError } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { resultsJson } from "./json.ts";
import { missingForOfficial } from "../judge/official.ts";
import { contradictionOf } from "./contradiction.ts";
import { isFinal } from "./final.ts";
import { recordPath, requireStorable } from "./layout.ts";
import { readStore } from "./read-store.ts";
import { claimStore, storeKindOf, requireDigests, requireStoreKind } from "./store-kind.ts";
import { writeDigest, writeRecord } from "./write-record.ts";

/** The result of an import, as paths in the store. */
export interface Imported {
  readonly written: readonly string[];
  /** Records already in the store with the same content. */
  readonly known: readonly string[];
}

/**
 * Copies final records into a store, where they never change. All records are checked before the first is written:
 * one that is refused refuses the whole import.
 */
export async function importRecords(
  records: readonly RunRecord[],
  store: string,
  {
    from = new Map(),
  }: {
    /** The source of each record by run id, for messages. */ readonly from?: ReadonlyMap<string, string>;
  } = {},
): Promise<Imported> {
  const [first] = records;
  if (first === undefined) return { written: [], known: [] };
  const kind = storeKindOf(first);
  for (const record of records) {
    refuseUnfit(record, kind);
    requireStorable(record);
  }
  await requireStoreKind(store, kind);
  const { records: stored, undigested } = await readStore(store);
  const known = new Map([...stored].map(([path, record]) => [record.runId, { path, record }]));
  const alike: string[] = [];
  const fresh = new Map<string, RunRecord>();
  for (const record of records) {
    const copy = known.get(record.runId) ?? { path: recordPath(record), record };
    if (resultsJson(copy.record) !== resultsJson(record)) {
      const one = from.get(record.runId) ?? "the imported one";
      throw twoContents(record.runId, one, join(store, copy.path));
    }
    if (stored.has(copy.path)) alike.push(copy.path);
    else fresh.set(copy.path, record);
    known.set(record.runId, copy);
  }
  if (fresh.size > 0) await claimStore(store, kind);
  for (const [path, record] of fresh) await writeRecord(record, store, path);
  // A record stored before digests existed gets one when the same record is imported again, which confirms it.
  const vouched = [...undigested].filter(([path]) => alike.includes(path));
  for (const [path, digest] of vouched) await writeDigest(digest, store, path);
  if (vouched.length > 0 && vouched.length === undigested.size) await requireDigests(store, kind);
  return { written: [...fresh.keys()], known: alike };
}

function refuseUnfit(record: RunRecord, kind: ReturnType<typeof storeKindOf>): void {
  if (!isFinal(record))
    throw new RefbenchError(
      "usage",
      `the record of run ${record.runId} is not final (verdict ${record.verdict}, teardown ${record.teardown.state}): import it after its teardown ("refbench watch ${record.runId}" follows it)`,
    );
  const contradiction = contradictionOf(record);
  if (contradiction !== undefined)
    throw new RefbenchError("usage", `the record of run ${record.runId} ${contradiction}`);
  const missing = missingForOfficial(record);
  if (missing.length > 0)
    throw new RefbenchError(
      "usage",
      `the record of run ${record.runId} is a nightly record and incomplete: ${missing.join("; ")}; import it from the run's own folder or mirror`,
    );
  if (storeKindOf(record) !== kind)
    throw new RefbenchError(
      "usage",
      `run ${record.runId} belongs to ${storeKindOf(record)}, another one to ${kind}: import them separately, each into its own store`,
    );
}

function twoContents(runId: string, one: string, other: string): RefbenchError {
  return new RefbenchError(
    "usage",
    `run ${runId} has two different records: ${one} and ${other}; a stored record never changes: if the run was torn down again, remove the stored one and import again`,
  );
}
