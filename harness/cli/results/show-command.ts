import { RUN_NAMES } from "../../model/choose-run.ts";
import { Command } from "commander";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { writeOutputs } from "../../results/output/outputs.ts";
import type { Io } from "../../composition/settings/io.ts";
import { findRun } from "./find-run.ts";
import { addHelpNotes } from "../help-notes.ts";
import { outputOption } from "../options/output-option.ts";
import { type PlaceFlags, storeOption } from "./places.ts";

/** `refbench results show`. */
export function showCommand(io: Io): Command {
  const command = new Command("show")
    .description("the whole result of one run")
    .argument("<run>", `${RUN_NAMES}, or the path of its folder or its record`)
    .addOption(storeOption())
    .addOption(outputOption());
  return addHelpNotes(command, {
    examples: ["refbench results show latest", "refbench results show latest --output markdown:result.md"],
  }).action(
    async (
      run: string,
      { output: outputs, ...place }: PlaceFlags & { readonly output: readonly OutputSpec[] },
    ) => {
      await writeOutputs(await findRun(run, io, place), outputs, io);
    },
  );
}
