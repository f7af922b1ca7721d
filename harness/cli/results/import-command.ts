import { join } from "node:path";
import { Command, Option } from "commander";
import type { RunRecord } from "../../model/record/record.ts";
import { runsRoot } from "../../pipeline/folder/run-folder.ts";
import { importRecords } from "../../results/history/import-records.ts";
import { readRunRecords } from "../../results/history/run-records.ts";
import { STORE_KINDS, storeKindOf, type StoreKind } from "../../results/history/store-kind.ts";
import type { Io } from "../../composition/settings/io.ts";
import { addHelpNotes } from "../help-notes.ts";
import { bucketUrl, collect } from "../options/parsers.ts";
import { importableRecords, separateFinal } from "./importable.ts";
import { gatherRecords, type Gathered } from "./gather-records.ts";
import { mirrorRecords } from "./mirror-records.ts";
import { type PlaceFlags, rehearsalsOption, storeFolder, storeOption } from "./places.ts";
import { reportUnreadable, UNREADABLE_NOTE } from "./report-unreadable.ts";

/** `refbench results import`. */
export function importCommand(io: Io): Command {
  const command = new Command("import")
    .description("copy final records into the store of their kind, where they never change again")
    .argument(
      "[what...]",
      "a record, a run's id or folder, or a folder of records; nothing = all under .refbench/runs",
    )
    .addOption(
      new Option("--from <url>", "every final record of a mirror (the URL that --mirror had); repeatable")
        .default([], "none")
        .argParser((url: string, all: readonly string[]) => collect(bucketUrl("--from")(url), all)),
    )
    .addOption(storeOption())
    .addOption(rehearsalsOption());
  return addHelpNotes(command, {
    examples: ["refbench results import", "refbench results import --from gs://my-bucket/mirror"],
    notes: [UNREADABLE_NOTE],
  }).action(async (what: readonly string[], { from, ...place }: ImportFlags) => {
    // One after the other: a record may differ from one that an earlier import added.
    if (what.length > 0) await importGathered(await gatherRecords(what, io), place, io);
    for (const url of from)
      await importGathered(await importableRecords(await mirrorRecords(url, io), place, io), place, io);
    if (what.length === 0 && from.length === 0)
      await importGathered(await importableRecords(await ownRuns(io), place, io), place, io);
  });
}

interface ImportFlags extends PlaceFlags {
  readonly from: readonly string[];
}

async function importGathered(gathered: Gathered, place: PlaceFlags, io: Io): Promise<void> {
  for (const kind of STORE_KINDS) {
    const records = gathered.records.filter((record) => storeKindOf(record) === kind);
    await importKind(records, { kind, place, from: gathered.from }, io);
  }
  for (const { runId, verdict } of gathered.notFinal)
    io.stderr.write(`refbench: run ${runId} is not imported: its record is not final (${verdict})\n`);
  if (gathered.records.length === 0) io.stderr.write("refbench: nothing to import\n");
  reportUnreadable(gathered, io);
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

async function ownRuns({ cwd }: Io): Promise<Gathered> {
  const { folder, records, unreadable } = await readRunRecords(runsRoot(cwd));
  const from = new Map(records.map(({ runId }) => [runId, join(folder, runId, "record.json")]));
  return { ...separateFinal(records), unreadable, from };
}
