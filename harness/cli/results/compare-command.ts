import { RUN_NAMES } from "../../model/choose-run.ts";
import { Command } from "commander";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { writeForms } from "../../results/output/outputs.ts";
import type { Io } from "../../composition/settings/io.ts";
import { findRun } from "./find-run.ts";
import { addHelpNotes } from "../help-notes.ts";
import { outputOption } from "../options/output-option.ts";
import { type PlaceFlags, storeOption } from "./places.ts";

/** `refbench results compare`. */
export function compareCommand(io: Io): Command {
  const command = new Command("compare")
    .description("two runs side by side: what makes them incomparable, what differs, and their figures")
    .argument("<first>", `${RUN_NAMES}, or the path of its folder or its record`)
    .argument("<second>", "the other one")
    .addOption(storeOption())
    .addOption(outputOption());
  return addHelpNotes(command, { examples: ["refbench results compare 01jd8k latest"] }).action(
    async (
      first: string,
      second: string,
      { output: outputs, ...place }: PlaceFlags & { readonly output: readonly OutputSpec[] },
    ) => {
      const { compareRuns } = await import("../../results/compare/compare-runs.ts");
      const { formatRunComparison } = await import("../../results/compare/format-runs.ts");
      const comparison = compareRuns(await findRun(first, io, place), await findRun(second, io, place));
      await writeForms((format, width) => formatRunComparison(comparison, format, width), outputs, io);
    },
  );
}
