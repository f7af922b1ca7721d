import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Command, Option } from "commander";
import type { RunRecord } from "../../model/record/record.ts";
import { RUN_NAMES } from "../../model/choose-run.ts";
import {
  EXPORT_FORMATS,
  type ExportFormat,
  exportRecords,
  ONE_RUN_FORMATS,
} from "../../results/export/formats.ts";
import { byStart } from "../../results/history/read-history.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { countOf } from "../../tools/count-text.ts";
import type { Io } from "../../composition/settings/io.ts";
import { addHelpNotes } from "../help-notes.ts";
import { collect } from "../options/parsers.ts";
import { findRun } from "./find-run.ts";
import { historyOf, type PlaceFlags, rehearsalsOption, storeOption } from "./places.ts";
import { reportUnreadable, UNREADABLE_NOTE } from "./report-unreadable.ts";

interface ExportFlags extends PlaceFlags {
  readonly format: ExportFormat;
  readonly run: readonly string[];
  readonly architecture?: string;
  readonly size?: string;
  readonly out?: string;
}

/** `refbench results export`. */
export function exportCommand(io: Io): Command {
  const command = new Command("export")
    .description("figures of runs for other programs, in their formats")
    .addOption(
      new Option(
        "--format <name>",
        "format of another program; bmf and benchmark-action hold one run, the newest",
      )
        .choices(EXPORT_FORMATS)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option("--run <run>", `only this run: ${RUN_NAMES}, or a path; repeatable`)
        .default([], "all")
        .argParser(collect),
    )
    .addOption(new Option("--architecture <name>", "only runs of this architecture"))
    .addOption(new Option("--size <name>", "only runs of this size"))
    .addOption(rehearsalsOption())
    .addOption(storeOption())
    .addOption(new Option("--out <file>", "file to write (default: stdout)"));
  return addHelpNotes(command, {
    examples: [
      "refbench results export --format csv --out results.csv",
      "refbench results export --format junit --run latest --out junit.xml",
      "refbench results export --format otava --architecture gke --size 1200 --out gke-1200.csv",
    ],
    notes: [UNREADABLE_NOTE],
  }).action((flags: ExportFlags) => exportRuns(flags, io));
}

async function exportRuns(
  { format, run, out, architecture, size, ...place }: ExportFlags,
  io: Io,
): Promise<void> {
  const { records, report } = run.length === 0 ? await readAll(place, io) : await readNamed(run, place, io);
  const [first, ...others] = records
    .filter((record) => architecture === undefined || record.architecture === architecture)
    .filter((record) => size === undefined || record.size === size)
    .toSorted(byStart);
  if (first === undefined)
    throw new RefbenchError(
      "usage",
      `there is no record to export${place.rehearsals === true ? "" : ": --rehearsals exports rehearsals, --run names one run"}`,
    );
  const text = await exportRecords(format, [first, ...others]);
  if (out === undefined) io.stdout.write(text);
  else {
    const file = resolve(io.cwd, out);
    await write(file, text);
    const count = ONE_RUN_FORMATS.has(format) ? 1 : others.length + 1;
    io.stderr.write(`refbench: ${countOf(count, "run")} in ${file}\n`);
  }
  report();
}

interface Read {
  readonly records: readonly RunRecord[];
  /** Names the records that could not be read, after everything else was written. */
  readonly report: () => void;
}

async function readAll(place: PlaceFlags, io: Io): Promise<Read> {
  const history = await historyOf(io, place);
  const { rehearsals = false } = place;
  return {
    records: history.records.filter(({ simulated }) => simulated === rehearsals),
    report: () => {
      reportUnreadable(history, io);
    },
  };
}

async function readNamed(runs: readonly string[], place: PlaceFlags, io: Io): Promise<Read> {
  const records = new Map<string, RunRecord>();
  for (const given of runs) {
    const record = await findRun(given, io, place);
    records.set(record.runId, record);
  }
  return { records: [...records.values()], report: () => undefined };
}

async function write(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (error) {
    throw new RefbenchError(
      "run_folder",
      `cannot write ${file} (${messageOf(error)}); free space or fix permissions, then repeat the command`,
      { cause: error },
    );
  }
}
