import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { EXIT_CODES } from "../../tools/verdict.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { writeForms } from "../../results/output/outputs.ts";
import { readResets } from "../../results/statistics/resets.ts";
import { RESETS_FILE } from "../../results/history/store-kind.ts";
import type { Io } from "../../composition/settings/io.ts";
import { addHelpNotes } from "../help-notes.ts";
import { outputOption } from "../options/output-option.ts";
import { asOfDay, historyOf, type PlaceFlags, rehearsalsOption, storeFolder, storeOption } from "./places.ts";
import { reportUnofficial } from "./report-unofficial.ts";
import { reportUnreadable } from "./report-unreadable.ts";

interface ChangesFlags extends PlaceFlags {
  readonly asOf?: string;
  readonly resets?: string;
  readonly output: readonly OutputSpec[];
}

/** `refbench results changes`. */
export function changesCommand(io: Io): Command {
  const command = new Command("changes")
    .description("steps in the figures of the nights: how large, how certain, and what step could be seen")
    .addOption(rehearsalsOption())
    .addOption(storeOption())
    .addOption(
      new Option(
        "--as-of <date>",
        "only nights up to this day in UTC, such as 2026-11-22 (default: all)",
      ).env("REFBENCH_AS_OF"),
    )
    .addOption(
      new Option(
        "--resets <file>",
        `known changes after which figures are not compared with those before (default: ${RESETS_FILE} in the store)`,
      ).env("REFBENCH_RESETS"),
    )
    .addOption(outputOption());
  return addHelpNotes(command, {
    examples: ["refbench results changes", "refbench results changes --rehearsals --output json"],
    notes: [
      `Exit codes: 0; ${EXIT_CODES["slo-failed"]} while a confirmed change for the worse or a total failure lasts; ${EXIT_CODES["harness-error"]} when a record could not be read (it is named on stderr).`,
    ],
  }).action(async ({ output: outputs, asOf: given, resets: file, ...place }: ChangesFlags) => {
    const { alarmsOf, formatChanges } = await import("../../results/statistics/change-words.ts");
    const { changesOf } = await import("../../results/statistics/changes-of.ts");
    const { rehearsals = false } = place;
    const history = await historyOf(io, place);
    const store = storeFolder(io.cwd, history.kind ?? "results", place.store);
    const resets =
      file === undefined
        ? await readResets(join(store, RESETS_FILE))
        : await readResets(resolve(io.cwd, file), { isNamed: true });
    const records = history.records.filter(({ simulated }) => simulated === rehearsals);
    // Nights of any day count where none is named: what was imported may come from another clock.
    const asOf = given === undefined ? {} : { asOf: asOfDay(given) };
    const series = changesOf(records, { ...asOf, resets });
    await writeForms((format, width) => formatChanges(series, format, width), outputs, io);
    if (series.some((one) => alarmsOf(one).length > 0)) io.exit(EXIT_CODES["slo-failed"]);
    if (!rehearsals) reportUnofficial(history, io);
    reportUnreadable(history, io);
  });
}
