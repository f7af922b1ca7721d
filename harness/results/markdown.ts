import type { RunRecord } from "../model/record.ts";
import { COLUMNS, legendOf, rowsOf, SIMULATED_NOTICE } from "./row.ts";

/** The results table in Markdown; a table of rehearsals says so above itself and in each row. */
export function resultsMarkdown(records: readonly RunRecord[]): string {
  const rows = rowsOf(records);
  const notice = records.some(({ simulated }) => simulated) ? [`> **${SIMULATED_NOTICE}**`, ""] : [];
  return [
    ...notice,
    lineOf(COLUMNS),
    lineOf(COLUMNS.map(() => "---")),
    ...rows.map(lineOf),
    "",
    legendOf(records),
    "",
  ].join("\n");
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}
