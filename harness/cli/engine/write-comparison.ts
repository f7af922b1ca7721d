import { factorWords, figureWords } from "../../results/compare/figure-words.ts";
import { drawGrid, wrap } from "../../results/grid.ts";
import { markdownRow } from "../../results/markdown-row.ts";
import type { OutputFormat, OutputSpec } from "../../results/output-spec.ts";
import { DEFAULT_WIDTH, type OutputTarget, writeForms } from "../../results/outputs.ts";
import type { ComparedFigure, Comparison } from "./compare-records.ts";

/** Both engines side by side in one form, what is not comparable below. */
export function formatComparison(
  comparison: Comparison,
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

function text(comparison: Comparison, width: number): string {
  const lines = [
    ...wrap(headline(comparison), width),
    "",
    drawGrid({ header: headerOf(comparison), rows: comparison.figures.map(rowOf), right: FIGURES }, width),
    "",
    "Not comparable",
    ...comparison.notComparable.flatMap((words) =>
      wrap(words, width - 4).map((line, index) => (index === 0 ? `  - ${line}` : `    ${line}`)),
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function markdown(comparison: Comparison): string {
  const header = headerOf(comparison);
  return [
    `> ${headline(comparison)}`,
    "",
    markdownRow(header),
    markdownRow(header.map((_, column) => (FIGURES.has(column) ? "---:" : "---"))),
    ...comparison.figures.map((figure) => markdownRow(rowOf(figure))),
    "",
    "Not comparable:",
    "",
    ...comparison.notComparable.map((words) => `- ${words}`),
    "",
  ].join("\n");
}

const FIGURES = new Set([1, 2, 3]);

function headline({ runs, simulated }: Comparison): string {
  const notice = simulated ? "SIMULATED, against an emulated Coder. " : "";
  return `${notice}The part of the load that both engines can do, one after the other: refbench (${runs.refbench.verdict}, run ${runs.refbench.runId}), then Coder's own utility (${runs.coder.verdict}, run ${runs.coder.runId}).`;
}

function headerOf({ coderVersion }: Comparison): readonly string[] {
  return ["figure", "refbench", `coder ${coderVersion}`, "coder to refbench"];
}

function rowOf({ name, unit, refbench, coder }: ComparedFigure): readonly string[] {
  return [name, figureWords(refbench, unit), figureWords(coder, unit), factorWords(refbench, coder)];
}

/** Writes the comparison in each form that was asked for. */
export async function writeComparison(
  comparison: Comparison,
  outputs: readonly OutputSpec[],
  target: OutputTarget,
): Promise<void> {
  await writeForms((format, width) => formatComparison(comparison, format, width), outputs, target);
}
