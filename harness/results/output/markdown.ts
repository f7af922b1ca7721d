import { judgedWord, objectiveSentence } from "../../model/record/objective-words.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { oneLine } from "../../tools/safe-text.ts";
import { comparisonLines } from "../format/compared-versions.ts";
import { ownClockLines } from "../format/clock-words.ts";
import { failureLine, failureReasonsOf } from "../format/failure-words.ts";
import { latencyGrid } from "./latency.ts";
import { markdownRow } from "../table/markdown-row.ts";
import { markdownText } from "../table/markdown-text.ts";
import { paceWords, provedWords, serverCountWords } from "../format/hold-words.ts";
import { verdictLine } from "../judge/official.ts";
import { arrivalsLine, limitedLines, probeLine } from "./over-time.ts";
import { sheetMarkdown } from "../table/sheet.ts";
import { runsTable } from "../table/table.ts";

/** The result of one run in Markdown: its row, then what was measured. */
export function resultMarkdown(record: RunRecord): string {
  const { measurements, objectives } = record;
  const table = sheetMarkdown(runsTable([record]));
  if (measurements === undefined) return table;
  const { header, rows } = latencyGrid(measurements);
  const { connections } = measurements;
  const pace = paceWords(record.load);
  const held = `Connections: ${[pace, provedWords(connections), serverCountWords(connections)].filter((words) => words !== undefined).join("; ")}.`;
  const lines = [
    connections.asked > 0 ? held : undefined,
    arrivalsLine(measurements),
    probeLine(measurements),
    ...limitedLines(measurements),
    ...ownClockLines(record),
  ];
  const failures = measurements.failures.flatMap((failure) => [
    `- ${markdownText(failureLine(failure))}`,
    ...failureReasonsOf(failure).flatMap(({ title, log }) => [
      `  - ${markdownText(title)}`,
      "",
      // Four blanks more than the list's text: a block of code, in which nothing is markup.
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

/** A line of text in Markdown: an indented one, with or without its dash, is an item of a list. */
function itemOf(line: string): string {
  const [, indent = "", dash = "", text = ""] = /^( *)(- )?(.*)$/s.exec(line) ?? [];
  return `${indent === "" && dash === "" ? "" : "- "}${markdownText(text)}`;
}
