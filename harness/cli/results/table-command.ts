import { resolve } from "node:path";
import { Command } from "commander";
import { writeMarkedBlock } from "../../results/table/marked-block.ts";
import { nightRows } from "../../results/nights/nights.ts";
import { rowSummary } from "../../results/nights/summary.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { writeForms } from "../../results/output/outputs.ts";
import { formatSheet, sheetMarkdown } from "../../results/table/sheet.ts";
import { publishedTable } from "../../results/table/table.ts";
import type { Io } from "../../composition/settings/io.ts";
import { addHelpNotes } from "../help-notes.ts";
import { outputOption } from "../options/output-option.ts";
import { asOfDay, asOfOption, historyOf, type PlaceFlags, rehearsalsOption, storeOption } from "./places.ts";
import { reportUnofficial } from "./report-unofficial.ts";
import { reportUnreadable, UNREADABLE_NOTE } from "./report-unreadable.ts";

interface TableFlags extends PlaceFlags {
  readonly asOf?: string;
  readonly output: readonly OutputSpec[];
}

/** `refbench results table`. */
export function tableCommand(io: Io): Command {
  const command = new Command("table")
    .description("the results table: official nights, or rehearsals, never both")
    .addOption(rehearsalsOption())
    .addOption(storeOption())
    .addOption(asOfOption())
    .addOption(
      outputOption({
        also: "markdown:<file> replaces the text between refbench's table markers in that file",
      }),
    );
  return addHelpNotes(command, {
    examples: ["refbench results table", "refbench results table --output markdown:README.md"],
    notes: [UNREADABLE_NOTE],
  }).action(async ({ output: outputs, asOf: given, ...place }: TableFlags) => {
    const { rehearsals = false } = place;
    const asOf = asOfDay(given);
    const history = await historyOf(io, place);
    const asked = history.records.filter(({ simulated }) => simulated === rehearsals);
    const parts = publishedTable(history.records, { asOf, rehearsals });
    const value = nightRows(asked, { asOf }).map(rowSummary);
    const [marked, others] = [
      outputs.filter(({ format, path }) => format === "markdown" && path !== undefined),
      outputs.filter(({ format, path }) => format !== "markdown" || path === undefined),
    ];
    for (const { path = "" } of marked) await writeMarkedBlock(resolve(io.cwd, path), sheetMarkdown(parts));
    await writeForms((format, width) => formatSheet({ value, parts }, format, width), others, io);
    if (!rehearsals) reportUnofficial(history, io);
    if (asked.length === 0 && !rehearsals)
      io.stderr.write("refbench: rehearsals are never official: --rehearsals shows them\n");
    reportUnreadable(history, io);
  });
}
