import { join } from "node:path";
import type { RunRecord } from "../../model/record/record.ts";
import { resultsJson } from "./json.ts";
import { isFinal } from "./final.ts";
import type { RunRecords } from "./run-records.ts";
import { storeKindOf, requireStoreKind, type StoreKind } from "./store-kind.ts";
import { readStore, type StoredRecords } from "./read-store.ts";
import type { Unreadable } from "./unreadable.ts";

/** All known records, and the files that could not be read. */
export interface History {
  /** Final records, oldest first, one for each run. */
  readonly records: readonly RunRecord[];
  /** Path of each stored record, by run id. */
  readonly files: ReadonlyMap<string, string>;
  /** SHA-256 of the text of each stored record, by run id. */
  readonly digests: ReadonlyMap<string, string>;
  /** Files and folders that should hold a record but cannot be read. */
  readonly unreadable: readonly Unreadable[];
  /** Paths of stored records without a digest: a change of them would not be noticed. */
  readonly undigested: readonly string[];
  /** Runs without a record. */
  readonly without: readonly string[];
  /** Records of runs whose teardown has not finished, oldest first. */
  readonly pending: readonly RunRecord[];
}

/** The location of a history. */
export interface HistoryPlace {
  /** The store's folder; it may not exist yet. Absent = only the runs. */
  readonly store?: string;
  /** Records from a folder of runs. Final ones count as if they had been imported. */
  readonly runs?: RunRecords;
  /** Refuses a store of the other kind and ignores runs of the other kind. */
  readonly kind?: StoreKind;
}

/** Reads the store and the runs not imported yet. If a run is in both, the store's copy counts. */
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
    digests: new Map(
      [...stored.records].flatMap(([path, { runId }]) => {
        const digest = stored.digests.get(path);
        return digest === undefined ? [] : [[runId, digest] as const];
      }),
    ),
    unreadable: [...stored.unreadable, ...runs.unreadable, ...differing],
    undigested: [...stored.undigested.keys()],
    without: runs.without,
    pending: asked.filter((record) => !isFinal(record)).toSorted(byStart),
  };
}

const DIFFERING =
  "differs from the store's copy, which counts: if the run was torn down again, remove the stored copy and import the run again";
const NOT_STORED: StoredRecords = {
  records: new Map(),
  unreadable: [],
  undigested: new Map(),
  digests: new Map(),
};
const NO_RUNS: RunRecords = { folder: "", records: [], without: [], unreadable: [] };

/** Sorts oldest first, and by id for the same start time. */
export function byStart(one: RunRecord, other: RunRecord): number {
  const [a, b] = [Date.parse(one.startedAt), Date.parse(other.startedAt)];
  if (a !== b) return a - b;
  return one.runId < other.runId ? -1 : 1;
}
