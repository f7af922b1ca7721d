import { drawGrid, type Grid, wrap } from "../grid.ts";
import { markdownRow } from "../markdown-row.ts";
import type { OutputFormat } from "../output-spec.ts";
import { DEFAULT_WIDTH } from "../outputs.ts";
import type { ComparedRun, FigureOfBoth, RunComparison } from "./compare-runs.ts";
import { factorWords, figureWords } from "./figure-words.ts";

/** Two runs side by side in one form: what makes them incomparable first, then what differs, then the figures. */
export function formatRunComparison(
  comparison: RunComparison,
  format: OutputFormat,
  width = DEFAULT_WIDTH,
): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(comparison, null, 2)}\n`;
    case "markdown":
      return markdown(comparison);
    case "text":
      return text(comparison, width);
  }
}

const NOT_COMPARABLE = "Their figures are not comparable";
const DIFFERS = "What else differs";

function text(comparison: RunComparison, width: number): string {
  const list = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0
      ? []
      : [
          title,
          ...lines.flatMap((line) =>
            wrap(line, width - 4).map((part, index) => (index === 0 ? `  - ${part}` : `    ${part}`)),
          ),
          "",
        ];
  return `${[
    ...list(NOT_COMPARABLE, comparison.notComparable),
    ...runLines(comparison).flatMap((line) => wrap(line, width)),
    "",
    ...list(DIFFERS, comparison.differs),
    drawGrid(gridOf(comparison), width),
  ].join("\n")}\n`;
}

function markdown(comparison: RunComparison): string {
  const { header, rows, right = new Set() } = gridOf(comparison);
  const list = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [`${title}:`, "", ...lines.map((line) => `- ${line}`), ""];
  return [
    ...list(`**${NOT_COMPARABLE}**`, comparison.notComparable),
    ...runLines(comparison).flatMap((line) => [line, ""]),
    ...list(DIFFERS, comparison.differs),
    markdownRow(header),
    markdownRow(header.map((_, column) => (right.has(column) ? "---:" : "---"))),
    ...rows.map(markdownRow),
    "",
  ].join("\n");
}

function runLines({ first, second }: RunComparison): readonly string[] {
  const simulated = first.simulated && second.simulated;
  return [
    ...(simulated ? ["SIMULATED: these figures say nothing about Coder's capacity."] : []),
    `First: ${runWords(first)}`,
    `Second: ${runWords(second)}`,
  ];
}

function runWords({
  runId,
  architecture,
  size,
  simulated,
  coderVersion,
  startedAt,
  verdict,
}: ComparedRun): string {
  const version =
    coderVersion === undefined ? "" : `, Coder ${coderVersion}${simulated ? " (simulated)" : ""}`;
  return `run ${runId}, ${architecture} ${size}${version}, ${startedAt}, ${verdict}`;
}

function gridOf({ figures }: RunComparison): Grid {
  return {
    header: ["figure", "first", "second", "difference", "second to first"],
    rows: figures.map((figure) => {
      const { name, unit, first, second } = figure;
      return [
        name,
        figureWords(first, unit),
        figureWords(second, unit),
        differenceWords(figure),
        factorWords(first, second),
      ];
    }),
    right: new Set([1, 2, 3, 4]),
  };
}

/** With its sign; nothing where one of them is missing. */
function differenceWords({ first, second, unit }: FigureOfBoth): string {
  if (first === undefined || second === undefined || first === second) return "";
  const amount = figureWords(Math.abs(second - first), unit);
  return `${second > first ? "+" : "-"}${amount}`;
}
