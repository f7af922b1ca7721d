import type { RunRecord } from "../model/record.ts";
import { noticeAbove } from "./official.ts";
import { COLUMNS, legendOf, rowsOf } from "./row.ts";

/** The results table in Markdown; what is not official says so above itself and in each row. */
export function resultsMarkdown(records: readonly RunRecord[]): string {
  const rows = rowsOf(records);
  const above = noticeAbove(records);
  const notice = above === undefined ? [] : [`> **${above}**`, ""];
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
