import { join } from "node:path";
import type { RunRecord } from "../../model/record/record.ts";
import { resultsJson } from "./json.ts";
import { isFinal } from "./final.ts";
import type { RunRecords } from "./run-records.ts";
import { storeKindOf, requireStoreKind, type StoreKind } from "./store-kind.ts";
import { readStore, type StoredRecords } from "./read-store.ts";
import type { Unreadable } from "./unreadable.ts";

/** Everything that is known of what was measured. */
export interface History {
  /** Final records, oldest first, one a run. */
  readonly records: readonly RunRecord[];
  /** Of those that lie in the store, by run id: their path in it. */
  readonly files: ReadonlyMap<string, string>;
  /** Files and folders that should have held a record and cannot be read, and why. */
  readonly unreadable: readonly Unreadable[];
  /** Paths of stored records that have no digest, so that nobody would notice a change of them. */
  readonly undigested: readonly string[];
  /** Runs that have written no record yet. */
  readonly without: readonly string[];
  /** Records of runs whose teardown is not over, oldest first. */
  readonly pending: readonly RunRecord[];
}

/** Where a history lies. */
export interface HistoryPlace {
  /** The store's folder; one that is not there yet holds nothing. Absent = the runs alone. */
  readonly store?: string;
  /** What lies in a folder of runs: its final records belong to the history as if they had been imported. */
  readonly runs?: RunRecords;
  /** What is asked for: a store of the other kind is refused, and runs of the other kind are left out. */
  readonly kind?: StoreKind;
}

/** Reads a history: the store, and the runs that were not imported yet. Of a run that is in both, the store's copy counts. */
export async function readHistory({ store, runs = NO_RUNS, kind }: HistoryPlace): Promise<History> {
  if (store !== undefined && kind !== undefined) await requireStoreKind(store, kind);
  const stored = store === undefined ? NOT_STORED : await readStore(store);
  const inStore = new Map([...stored.records.values()].map((record) => [record.runId, record]));
  const asked = runs.records.filter((record) => kind === undefined || storeKindOf(record) === kind);
  const own = asked.filter(isFinal);
  const differing = own.flatMap((record): Unreadable[] => {
    const copy = inStore.get(record.runId);
    if (copy === undefined || resultsJson(copy) === resultsJson(record)) return [];
    const path = join(runs.folder, record.runId, "record.json");
    return [{ path, reason: DIFFERING }];
  });
  return {
    records: [...inStore.values(), ...own.filter(({ runId }) => !inStore.has(runId))].toSorted(byStart),
    files: new Map([...stored.records].map(([path, { runId }]) => [runId, path])),
    unreadable: [...stored.unreadable, ...runs.unreadable, ...differing],
    undigested: [...stored.undigested.keys()],
    without: runs.without,
    pending: asked.filter((record) => !isFinal(record)).toSorted(byStart),
  };
}

const DIFFERING =
  "differs from the store's copy of the run, which is the one that counts: where the run was torn down again since, take the stored one out and import it again";
const NOT_STORED: StoredRecords = { records: new Map(), unreadable: [], undigested: new Map() };
const NO_RUNS: RunRecords = { folder: "", records: [], without: [], unreadable: [] };

/** Oldest first; of two that began at once, by id, so that the order is always the same. */
export function byStart(one: RunRecord, other: RunRecord): number {
  const [a, b] = [Date.parse(one.startedAt), Date.parse(other.startedAt)];
  if (a !== b) return a - b;
  return one.runId < other.runId ? -1 : 1;
}
