import { Command } from "commander";
import type { Io } from "../../composition/settings/io.ts";
import { addHelpNotes } from "../help-notes.ts";
import { changesCommand } from "../results/changes-command.ts";
import { claimsCommand } from "../results/claims-command.ts";
import { compareCommand } from "../results/compare-command.ts";
import { exportCommand } from "../results/export-command.ts";
import { importCommand } from "../results/import-command.ts";
import { listCommand } from "../results/list-command.ts";
import { publishCommand } from "../results/publish-command.ts";
import { schemaCommand } from "../results/schema-command.ts";
import { showCommand } from "../results/show-command.ts";
import { tableCommand } from "../results/table-command.ts";

/** `refbench results`: what was measured, from the store and from the runs of this folder. */
export function resultsCommand(io: Io): Command {
  const command = new Command("results")
    .addCommand(listCommand(io), { isDefault: true })
    .addCommand(showCommand(io))
    .addCommand(tableCommand(io))
    .addCommand(compareCommand(io))
    .addCommand(changesCommand(io))
    .addCommand(claimsCommand(io))
    .addCommand(publishCommand(io))
    .addCommand(exportCommand(io))
    .addCommand(importCommand(io))
    .addCommand(schemaCommand(io));
  return addHelpNotes(command, {
    examples: [
      "refbench results list --limit 5",
      "refbench results show latest",
      "refbench results compare 01jd8k latest",
      "refbench results table --output markdown:README.md",
    ],
  });
}
