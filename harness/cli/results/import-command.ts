import { join } from "node:path";
import { Command } from "commander";
import type { RunRecord } from "../../model/record.ts";
import { runsRoot } from "../../pipeline/run-folder.ts";
import { isFinal } from "../../results/history/final.ts";
import { importRecords } from "../../results/history/import-records.ts";
import { readHistory } from "../../results/history/read-history.ts";
import { readRunRecords, type RunRecords } from "../../results/history/run-records.ts";
import { findStoreKind, kindOf, type StoreKind } from "../../results/history/store-kind.ts";
import type { Unreadable } from "../../results/history/unreadable.ts";
import type { Io } from "../io.ts";
import { gatherRecords, type Gathered } from "./gather-records.ts";
import { type PlaceFlags, rehearsalsOption, storeFolder, storeOption } from "./places.ts";
import { tellUnreadable, UNREADABLE_HELP } from "./tell-unreadable.ts";

/** `refbench results import`. */
export function importCommand(io: Io): Command {
  return new Command("import")
    .description("copy final records into the store of their kind, where they never change again")
    .argument(
      "[what...]",
      "a record, a run's id or folder, or a folder of records; nothing = all under .refbench/runs",
    )
    .addOption(storeOption())
    .addOption(rehearsalsOption())
    .addHelpText("after", UNREADABLE_HELP)
    .action(async (what: readonly string[], place: PlaceFlags) => {
      const gathered = what.length === 0 ? await ownRuns(io, place) : await gatherRecords(what, io);
      for (const kind of ["results", "rehearsals"] as const) {
        const records = gathered.records.filter((record) => kindOf(record) === kind);
        await importKind(records, { kind, place, from: gathered.from }, io);
      }
      for (const { runId, verdict } of gathered.notFinal)
        io.stderr.write(`refbench: run ${runId} is not imported: its record is not final (${verdict})\n`);
      tellUnreadable(gathered, io);
    });
}

async function importKind(
  records: readonly RunRecord[],
  { kind, place, from }: { readonly kind: StoreKind; readonly place: PlaceFlags } & Pick<Gathered, "from">,
  io: Io,
): Promise<void> {
  if (records.length === 0) return;
  const store = storeFolder(io.cwd, kind, place.store);
  const { written, known } = await importRecords(records, store, { from });
  for (const path of written) io.stdout.write(`${path}\n`);
  const before = known.length === 0 ? "" : `; ${known.length} were there already`;
  io.stderr.write(`refbench: ${written.length} imported into ${store}${before}\n`);
}

/** The runs of this folder; into a store that was named only those of its kind go. */
async function ownRuns(io: Io, { store, rehearsals = false }: PlaceFlags): Promise<Gathered> {
  const runs = await readRunRecords(runsRoot(io.cwd));
  const { records, unreadable } = runs;
  const named = store === undefined || store === "" ? undefined : storeFolder(io.cwd, "results", store);
  const kind =
    named === undefined
      ? undefined
      : ((await findStoreKind(named)) ?? (rehearsals ? "rehearsals" : "results"));
  const fitting = records.filter((record) => kind === undefined || kindOf(record) === kind);
  const differing = await differingFromStore(fitting.filter(isFinal), runs, io, store);
  return {
    records: fitting.filter((record) => isFinal(record) && !differing.has(record)),
    notFinal: fitting.filter((record) => !isFinal(record)),
    unreadable: [...unreadable, ...differing.values()],
    from: new Map(),
  };
}

/** Runs that were torn down again since their import: told, since the stored copy counts, and no other's obstacle. */
async function differingFromStore(
  records: readonly RunRecord[],
  runs: RunRecords,
  { cwd }: Io,
  store: string | undefined,
): Promise<ReadonlyMap<RunRecord, Unreadable>> {
  const differing = new Map<RunRecord, Unreadable>();
  for (const kind of new Set(records.map(kindOf))) {
    const history = await readHistory({ store: storeFolder(cwd, kind, store), runs, kind });
    for (const record of records) {
      const file = join(runs.folder, record.runId, "record.json");
      const told = history.unreadable.find(({ path }) => path === file);
      if (told !== undefined) differing.set(record, told);
    }
  }
  return differing;
}
