import { jsonText } from "../tools/safe-text.ts";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { PreflightReport } from "../inventory/preflight/report.ts";
import { messageOf, RefbenchError } from "../tools/error.ts";
import type { Plan } from "../pipeline/folder/plan.ts";
import { DEFAULT_WIDTH, type OutputSpec } from "../results/format/output-spec.ts";
import { widthOf } from "../results/output/outputs.ts";
import { describeMemory, describeTime, type Expectation } from "./expectation/expectation.ts";
import { costLines } from "./cost-lines.ts";
import type { Io } from "../composition/settings/io.ts";
import { linesOf, preflightText } from "./preflight/preflight-text.ts";

/** The findings, the expectation of the run, and its cost or the reason why that is not known. */
type PreflightAnswer = PreflightReport & { readonly expected: Expectation } & (
    { readonly cost: NonNullable<Plan["cost"]> } | { readonly notPriced: string }
  );

/** Writes what was found in each form asked for. */
export async function writePreflight(
  report: PreflightAnswer,
  outputs: readonly OutputSpec[],
  { stdout, cwd }: Pick<Io, "stdout" | "cwd">,
): Promise<void> {
  for (const { format, path } of outputs) {
    // Words of a cloud's answers are in it, and they go to a terminal.
    const width = path === undefined ? widthOf(stdout) : DEFAULT_WIDTH;
    const text =
      format === "json"
        ? jsonText(report)
        : `${preflightText(report, width)}${costWords(report, width)}${expectationWords(report, width)}`;
    if (path === undefined) {
      stdout.write(text);
      continue;
    }
    const file = resolve(cwd, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    } catch (cause) {
      throw new RefbenchError("usage", `cannot write the preflight to ${file}: ${messageOf(cause)}`, {
        cause,
      });
    }
  }
}

function costWords(report: PreflightAnswer, width: number): string {
  const lines = "cost" in report ? costLines(report.cost) : [`cost: not estimated, ${report.notPriced}`];
  // If something must be fixed first, the parts of the bill are not shown.
  const shown = report.outcome === "failed" ? lines.slice(0, 1) : lines;
  return shown.flatMap((line) => linesOf(line, width).map((part) => `${part}\n`)).join("");
}

function expectationWords({ expected, simulated }: PreflightAnswer, width: number): string {
  const where = simulated ? " in a real cloud (a rehearsal compresses it)" : "";
  return [
    `time${where}: ${describeTime(expected.time)}`,
    `memory of the load: ${describeMemory(expected.generator)}`,
  ]
    .flatMap((line) => linesOf(line, width).map((part) => `${part}\n`))
    .join("");
}
