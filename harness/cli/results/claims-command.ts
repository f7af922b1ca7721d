import { Command } from "commander";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { writeForms } from "../../results/output/outputs.ts";
import type { Io } from "../../composition/settings/io.ts";
import { RUN_NAMES } from "../../model/choose-run.ts";
import { addHelpNotes } from "../help-notes.ts";
import { outputOption } from "../options/output-option.ts";
import { findRun } from "./find-run.ts";
import { historyOf, type PlaceFlags, rehearsalsOption, storeOption } from "./places.ts";
import { reportUnreadable, UNREADABLE_NOTE } from "./report-unreadable.ts";

interface ClaimsFlags extends PlaceFlags {
  readonly output: readonly OutputSpec[];
}

/** `refbench results claims`. */
export function claimsCommand(io: Io): Command {
  const command = new Command("claims")
    .description("the figures that sizing rests on, such as cores for each build, beside the published ones")
    .argument(
      "[run...]",
      `${RUN_NAMES}, or the path of its folder or its record; all of the store by default`,
    )
    .addOption(rehearsalsOption())
    .addOption(storeOption())
    .addOption(outputOption());
  return addHelpNotes(command, {
    examples: [
      "refbench results claims",
      "refbench results claims latest",
      "refbench results claims --store results --output json",
    ],
    notes: [
      "A published figure agrees where the measured range (5th to 95th percentile of the samples) contains it, or stays below what a rule of size gives.",
      UNREADABLE_NOTE,
    ],
  }).action(async (runs: readonly string[], { output: outputs, ...place }: ClaimsFlags) => {
    const { claimsOverRuns } = await import("../../results/claims/claims-over-runs.ts");
    const { formatClaims } = await import("../../results/claims/format-claims.ts");
    const history = runs.length > 0 ? undefined : await historyOf(io, place);
    const { rehearsals = false } = place;
    const records =
      history?.records.filter(({ simulated }) => simulated === rehearsals) ??
      (await Promise.all(runs.map((run) => findRun(run, io, place))));
    const claims = claimsOverRuns(records);
    await writeForms((format, width) => formatClaims(claims, format, width), outputs, io);
    if (history !== undefined) reportUnreadable(history, io);
  });
}
