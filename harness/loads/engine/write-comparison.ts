import { factorWords, figureWords } from "../../results/compare/figure-words.ts";
import { type OutputFormat, type OutputSpec, DEFAULT_WIDTH } from "../../results/format/output-spec.ts";
import { type OutputTarget, writeForms } from "../../results/output/outputs.ts";
import { formatSheet } from "../../results/table/sheet.ts";
import type { EngineFigure, EngineComparison } from "./compare-records.ts";

/** Formats the figures of both engines side by side, followed by what is not comparable. */
export function formatComparison(
  comparison: EngineComparison,
  format: OutputFormat,
  width = DEFAULT_WIDTH,
): string {
  const parts = [
    { sentences: [formatHeadline(comparison)] },
    {
      header: ["figure", "refbench", `coder ${comparison.coderVersion}`, "coder to refbench"],
      rows: comparison.figures.map(formatRow),
      right: new Set([1, 2, 3]),
    },
    { title: "Not comparable", items: comparison.notComparable },
  ];
  return formatSheet({ value: comparison, parts }, format, width);
}

function formatHeadline({ runs, simulated }: EngineComparison): string {
  const notice = simulated ? "SIMULATED, against an emulated Coder. " : "";
  return `${notice}The part of the load that both engines can do, one after the other: refbench (${runs.refbench.verdict}, run ${runs.refbench.runId}), then Coder's own utility (${runs.coder.verdict}, run ${runs.coder.runId}).`;
}

function formatRow({ name, unit, refbench, coder }: EngineFigure): readonly string[] {
  return [name, figureWords(refbench, unit), figureWords(coder, unit), factorWords(refbench, coder)];
}

/** Writes the comparison in each requested form. */
export async function writeComparison(
  comparison: EngineComparison,
  outputs: readonly OutputSpec[],
  target: OutputTarget,
): Promise<void> {
  await writeForms((format, width) => formatComparison(comparison, format, width), outputs, target);
}
