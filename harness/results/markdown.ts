import { objectiveSentence } from "../model/objective-words.ts";
import type { RunRecord } from "../model/record.ts";
import { formatCount } from "./format.ts";
import { latencyGrid } from "./latency.ts";
import { arrivalsLine, limitedLines, probeLine } from "./over-time.ts";
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

/** The result of one run in Markdown: its row, then what was measured. */
export function resultMarkdown(record: RunRecord): string {
  const { measurements, objectives } = record;
  const table = resultsMarkdown([record]);
  if (measurements === undefined) return table;
  const { header, rows } = latencyGrid(measurements);
  const lines = [arrivalsLine(measurements), probeLine(measurements), ...limitedLines(measurements)];
  const failures = measurements.failures.map(
    ({ class: name, phase, count, example }) => `- ${formatCount(count)} × ${name} in ${phase}: ${example}`,
  );
  return [
    table,
    lineOf(header),
    lineOf(header.map((_, column) => (column < 2 ? "---" : "---:"))),
    ...rows.map(lineOf),
    "",
    ...lines.filter((line) => line !== undefined).flatMap((line) => [line.replace(/^ +/, "- "), ""]),
    ...(failures.length === 0 ? [] : ["Failures:", "", ...failures, ""]),
    "Objectives:",
    "",
    ...objectives.map((each) => `- ${each.met ? "met" : "missed"}: ${objectiveSentence(each)}`),
    "",
    `Verdict: ${record.verdict}`,
    "",
  ].join("\n");
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}
