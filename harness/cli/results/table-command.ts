import { resolve } from "node:path";
import { Command } from "commander";
import type { History } from "../../results/history/read-history.ts";
import { writeMarkedBlock } from "../../results/marked-block.ts";
import { nightRows } from "../../results/nights.ts";
import { rowSummary } from "../../results/nights/summary.ts";
import { standingOf } from "../../results/official.ts";
import { parseOutputs } from "../../results/output-spec.ts";
import { writeForms } from "../../results/outputs.ts";
import { formatSheet, sheetMarkdown } from "../../results/sheet.ts";
import { publishedTable } from "../../results/table.ts";
import type { Io } from "../io.ts";
import { outputOption } from "./output-option.ts";
import { asOfDay, asOfOption, historyOf, type PlaceFlags, rehearsalsOption, storeOption } from "./places.ts";
import { tellUnreadable, UNREADABLE_HELP } from "./tell-unreadable.ts";

interface TableFlags extends PlaceFlags {
  readonly asOf?: string;
  readonly output: readonly string[];
}

/** `refbench results table`. */
export function tableCommand(io: Io): Command {
  return new Command("table")
    .description("the results table: official nights, or rehearsals, never both")
    .addOption(rehearsalsOption())
    .addOption(storeOption())
    .addOption(asOfOption())
    .addOption(
      outputOption(
        "text, markdown or json, on stdout or into a file; markdown:<file> replaces what stands there between refbench's table markers; repeatable",
      ),
    )
    .addHelpText("after", UNREADABLE_HELP)
    .action(async ({ output, asOf: given, ...place }: TableFlags) => {
      const outputs = parseOutputs(output);
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
      tellOthers(history, rehearsals, io);
      if (asked.length === 0 && !rehearsals)
        io.stderr.write("refbench: rehearsals are never official: --rehearsals shows them\n");
      tellUnreadable(history, io);
    });
}

/** What was measured and has no row, so that nobody looks for it in vain. */
function tellOthers({ records }: History, rehearsals: boolean, io: Io): void {
  const unofficial = rehearsals ? 0 : records.filter((record) => standingOf(record) === "unofficial").length;
  if (unofficial === 0) return;
  const runs = unofficial === 1 ? "1 unofficial run is" : `${unofficial} unofficial runs are`;
  io.stderr.write(
    `refbench: ${runs} not in the table (by hand, an emulated cloud, checks left out, figures overridden): "refbench results show <run>" says why\n`,
  );
}
