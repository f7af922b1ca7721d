import { join } from "node:path";
import type { RunRecord } from "../../model/record/record.ts";
import { isFinal } from "../../results/history/final.ts";
import { readHistory } from "../../results/history/read-history.ts";
import { findStoreKind, storeKindOf } from "../../results/history/store-kind.ts";
import type { Unreadable } from "../../results/history/unreadable.ts";
import type { Io } from "../../composition/settings/io.ts";
import type { Gathered } from "./gather-records.ts";
import { type PlaceFlags, storeFolder } from "./places.ts";

/**
 * The records of a folder or mirror that can be imported. A named store takes only records of its kind. A record that
 * differs from the store's copy is reported as unreadable, and does not stop the others.
 */
export async function importableRecords(gathered: Gathered, place: PlaceFlags, io: Io): Promise<Gathered> {
  const kind = await kindOfStore(place, io);
  const isFitting = (record: RunRecord): boolean => kind === undefined || storeKindOf(record) === kind;
  const final = gathered.records.filter(isFitting);
  const differing = await differingFromStore(final, gathered.from, place, io);
  return {
    ...gathered,
    records: final.filter((record) => !differing.has(record)),
    notFinal: gathered.notFinal.filter(isFitting),
    unreadable: [...gathered.unreadable, ...differing.values()],
  };
}

/** Separates final records from those that are not final. */
export function separateFinal(records: readonly RunRecord[]): Pick<Gathered, "records" | "notFinal"> {
  return { records: records.filter(isFinal), notFinal: records.filter((record) => !isFinal(record)) };
}

async function kindOfStore({ store, rehearsals = false }: PlaceFlags, { cwd }: Io) {
  if (store === undefined || store === "") return undefined;
  const named = await findStoreKind(storeFolder(cwd, "results", store));
  return named ?? (rehearsals ? "rehearsals" : "results");
}

/** Records that differ from the store's copies: their runs were torn down again since the import. */
async function differingFromStore(
  records: readonly RunRecord[],
  from: Gathered["from"],
  { store }: PlaceFlags,
  { cwd }: Io,
): Promise<ReadonlyMap<RunRecord, Unreadable>> {
  const differing = new Map<RunRecord, Unreadable>();
  for (const kind of new Set(records.map(storeKindOf))) {
    const runs = { folder: "", records, without: [], unreadable: [] };
    const history = await readHistory({ store: storeFolder(cwd, kind, store), runs, kind });
    for (const record of records) {
      const place = join(record.runId, "record.json");
      const found = history.unreadable.find(({ path }) => path === place);
      if (found !== undefined)
        differing.set(record, { path: from.get(record.runId) ?? place, reason: found.reason });
    }
  }
  return differing;
}
