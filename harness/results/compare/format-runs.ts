import type { Grid } from "../table/grid.ts";
import { type OutputFormat, DEFAULT_WIDTH } from "../format/output-spec.ts";
import { formatSheet } from "../table/sheet.ts";
import type { ComparedRun, FigureOfBoth, RunComparison } from "./compare-runs.ts";
import { factorWords, figureWords } from "./figure-words.ts";

/** Formats a comparison of two runs: first why they are incomparable, then other differences, then the figures. */
export function formatRunComparison(
  comparison: RunComparison,
  format: OutputFormat,
  width = DEFAULT_WIDTH,
): string {
  const parts = [
    { title: "The figures cannot be compared", items: comparison.notComparable },
    { sentences: runLines(comparison) },
    { title: "Other differences", items: comparison.differs },
    gridOf(comparison),
  ];
  return formatSheet({ value: comparison, parts }, format, width);
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
  return `run ${runId}, ${architecture} ${size}${version}, ${startedAt.slice(0, 16).replace("T", " ")} UTC, ${verdict}`;
}

/** Omits the difference columns if the runs cannot be compared. */
function gridOf({ figures, notComparable }: RunComparison): Grid {
  const isComparable = notComparable.length === 0;
  return {
    header: ["figure", "first", "second", ...(isComparable ? ["difference", "second to first"] : [])],
    rows: figures.map((figure) => {
      const { name, unit, first, second } = figure;
      return [
        name,
        figureWords(first, unit),
        figureWords(second, unit),
        ...(isComparable ? [differenceWords(figure), factorWords(first, second)] : []),
      ];
    }),
    right: new Set(isComparable ? [1, 2, 3, 4] : [1, 2]),
  };
}

/** Returns the difference with its sign; empty if a figure is missing. */
function differenceWords({ first, second, unit }: FigureOfBoth): string {
  if (first === undefined || second === undefined || first === second) return "";
  const amount = figureWords(Math.abs(second - first), unit);
  return `${second > first ? "+" : "-"}${amount}`;
}
