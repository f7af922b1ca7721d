import { join } from "node:path";
import { RefbenchError } from "../../model/error.ts";
import type { RunRecord } from "../../model/record.ts";
import { resultsJson } from "../json.ts";
import { isFinal } from "./final.ts";
import { findText } from "./find-text.ts";
import { recordPath, requireStorable } from "./layout.ts";
import { readStore } from "./read-store.ts";
import { claimStore, kindOf, requireStoreKind } from "./store-kind.ts";
import { writeOnce } from "./write-once.ts";

/** What an import did, by paths in the store. */
export interface Imported {
  readonly written: readonly string[];
  /** Those that were there already, the same. */
  readonly known: readonly string[];
}

/**
 * Copies final records into a store, where they never change again. All are looked at before the first is written:
 * one that may not enter refuses the whole.
 */
export async function importRecords(
  records: readonly RunRecord[],
  store: string,
  {
    from = new Map(),
  }: { /** Where each was read, by run id, for words. */ readonly from?: ReadonlyMap<string, string> } = {},
): Promise<Imported> {
  const [first] = records;
  if (first === undefined) return { written: [], known: [] };
  const kind = kindOf(first);
  for (const record of records) {
    refuseUnfit(record, kind);
    requireStorable(record);
  }
  await requireStoreKind(store, kind);
  const { records: stored } = await readStore(store);
  const known = new Map([...stored].map(([path, record]) => [record.runId, { path, record }]));
  const alike: string[] = [];
  const fresh = new Map<string, RunRecord>();
  for (const record of records) {
    const copy = known.get(record.runId) ?? { path: recordPath(record), record };
    if (resultsJson(copy.record) !== resultsJson(record)) {
      const one = from.get(record.runId) ?? "the one to import";
      throw twoContents(record.runId, one, join(store, copy.path));
    }
    if (stored.has(copy.path)) alike.push(copy.path);
    else fresh.set(copy.path, record);
    known.set(record.runId, copy);
  }
  if (fresh.size > 0) await claimStore(store, kind);
  for (const [path, record] of fresh) await writeRecord(join(store, path), record, store);
  return { written: [...fresh.keys()], known: alike };
}

async function writeRecord(path: string, record: RunRecord, store: string): Promise<void> {
  const text = resultsJson(record);
  if (await writeOnce(path, text, store)) return;
  // Another import of the same may have been faster.
  if ((await findText(path)) === text) return;
  throw new RefbenchError(
    "run_folder",
    `${path} is already there and was no readable record: "refbench results list" says why; restore it or take it out, then import again`,
  );
}

function refuseUnfit(record: RunRecord, kind: ReturnType<typeof kindOf>): void {
  if (!isFinal(record))
    throw new RefbenchError(
      "usage",
      `the record of run ${record.runId} is not final (verdict ${record.verdict}, teardown ${record.teardown.state}): import it once its teardown is over, "refbench watch ${record.runId}" follows it`,
    );
  if (kindOf(record) !== kind)
    throw new RefbenchError(
      "usage",
      `run ${record.runId} is of ${kindOf(record)}, another of ${kind}: each has a store of its own, import them apart`,
    );
}

function twoContents(runId: string, one: string, other: string): RefbenchError {
  return new RefbenchError(
    "usage",
    `two different records of run ${runId}: ${one}, and ${other}, which never changes; if the run was torn down again since, take the stored one out yourself and import again`,
  );
}
