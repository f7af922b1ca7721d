import { unmeasuredLine } from "../format/unmeasured-line.ts";
import { judgedWord, objectiveSentence } from "../../model/record/objective-words.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { oneLine } from "../../tools/safe-text.ts";
import { comparisonLines } from "../format/compared-versions.ts";
import { ownClockLines } from "../format/clock-words.ts";
import { failureLine, failureReasonsOf } from "../format/failure-words.ts";
import { latencyGrid } from "./latency.ts";
import { markdownRow } from "../table/markdown-row.ts";
import { markdownText } from "../table/markdown-text.ts";
import { limitLines } from "../format/limit-lines.ts";
import { paceWords, provedWords, serverCountWords } from "../format/hold-words.ts";
import { verdictLine } from "../judge/official.ts";
import { arrivalsLine, limitedLines, probeLine } from "./over-time.ts";
import { sheetMarkdown } from "../table/sheet.ts";
import { lostPartLines, partsLine } from "../format/part-words.ts";
import { runsTable } from "../table/table.ts";

/** Formats the result of one run as Markdown: its row, then its measurements. */
export function resultMarkdown(record: RunRecord): string {
  const { measurements, objectives } = record;
  const table = sheetMarkdown(runsTable([record]));
  if (measurements === undefined) {
    const unmeasured = unmeasuredLine(record);
    return unmeasured === undefined ? table : `${table}\n${unmeasured}\n`;
  }
  const { header, rows } = latencyGrid(measurements);
  const { connections } = measurements;
  const pace = paceWords(record.load);
  const held = `Connections: ${[pace, provedWords(connections), serverCountWords(connections)].filter((words) => words !== undefined).join("; ")}.`;
  const lines = [
    connections.asked > 0 ? held : undefined,
    arrivalsLine(measurements),
    probeLine(measurements),
    partsLine(measurements),
    ...lostPartLines(measurements),
    ...limitedLines(measurements),
    ...ownClockLines(record),
  ];
  const limits = limitLines(record).map(itemOf);
  const limitItems =
    limits.length === 0 ? [] : [limits[0] ?? "", "", ...limits.slice(1), ...(limits.length > 1 ? [""] : [])];
  const failures = measurements.failures.flatMap((failure) => [
    `- ${markdownText(failureLine(failure))}`,
    ...failureReasonsOf(failure).flatMap(({ title, log }) => [
      `  - ${markdownText(title)}`,
      "",
      // Four more spaces than the item's text make a code block, in which nothing is markup.
      ...log.map((line) => `        ${oneLine(line)}`),
      "",
    ]),
  ]);
  return [
    table,
    markdownRow(header),
    markdownRow(header.map((_, column) => (column < 2 ? "---" : "---:"))),
    ...rows.map(markdownRow),
    "",
    ...lines.filter((line) => line !== undefined).flatMap((line) => [itemOf(line), ""]),
    ...limitItems,
    ...(failures.length === 0 ? [] : ["Failures:", "", ...failures, ""]),
    ...(record.comparison === undefined
      ? []
      : comparisonLines(record.comparison).flatMap((line, index) =>
          index === 0 ? [markdownText(line), ""] : [itemOf(line)],
        )),
    ...(record.comparison === undefined ? [] : [""]),
    "Objectives:",
    "",
    ...objectives.map((each) => `- ${markdownText(`${judgedWord(each)}: ${objectiveSentence(each)}`)}`),
    "",
    verdictLine(record),
    "",
  ].join("\n");
}

/** Formats a line as Markdown: an indented one becomes a list item, with or without its dash. */
function itemOf(line: string): string {
  const [, indent = "", dash = "", text = ""] = /^( *)(- )?(.*)$/s.exec(line) ?? [];
  return `${indent === "" && dash === "" ? "" : "- "}${markdownText(text)}`;
}
