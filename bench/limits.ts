/**
 * The rules for what limited a load, on loads whose limits are known: planted in synthetic figures with noise, one and
 * two at a time, beside loads without a limit and with what only looks like one. Prints recall and precision of each
 * rule; exit code 1 below the targets. With `--real`, limits are planted in a real Coder with a real Postgres instead
 * (`--coder <binary> [--coder-provider-mirror <folder>] [--only <text>]`); exit code 1 where one is not found.
 */
import { parseArgs } from "node:util";
import { LIMIT_RULES } from "../harness/results/limits/rules.ts";
import { fail, isTextOutput, whole } from "./arguments.ts";
import { missedTargets, scoreLines, scoresOf } from "./limits/report.ts";
import { limitTrials } from "./limits/trials.ts";

const { values } = parseArgs({
  options: {
    output: { type: "string", default: "text" },
    seed: { type: "string", default: "1" },
    each: { type: "string", default: "10" },
    real: { type: "boolean", default: false },
    /** The `coder` program. */
    coder: { type: "string" },
    /** Builds take the provider from this Terraform mirror, or from the registry. */
    "coder-provider-mirror": { type: "string" },
    /** Plays only the limits whose rule or words contain this. */
    only: { type: "string", default: "" },
  },
});
if (values.real) await plantInRealParts();
else plantInFigures();

function plantInFigures(): void {
  const seed = whole("seed", values.seed);
  const trials = limitTrials({ seed, each: whole("each", values.each) });
  const scores = scoresOf(
    trials,
    LIMIT_RULES.map(({ id }) => id),
  );
  const missed = missedTargets(scores);
  process.stdout.write(
    isTextOutput(values.output)
      ? `${[`seed ${seed}: ${trials.length} loads`, ...scoreLines(scores), ...missed].join("\n")}\n`
      : `${JSON.stringify({ seed, scores, missed }, null, 2)}\n`,
  );
  if (missed.length > 0) process.exitCode = 1;
}

async function plantInRealParts(): Promise<void> {
  const { playReal, REAL_PLANTS } = await import("./limits/real.ts");
  const { coder, "coder-provider-mirror": providerMirror, only } = values;
  if (coder === undefined) return fail("--real needs the program of a real server: --coder /path/to/coder");
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  for (const plant of REAL_PLANTS) {
    if (!`${plant.rule} ${plant.how}`.includes(only)) continue;
    const { limits, rank, isRight, cpu } = await playReal(plant, { binary: coder, providerMirror, say });
    const found = limits.findings.map(({ rule, share }) => `${rule} ${Math.round(share * 100)} %`);
    const place = rank !== undefined ? `found as number ${rank}` : isRight ? "right" : "WRONG";
    const lines = [
      `${plant.rule ?? "no limit"}, by ${plant.how}: ${place}; found: ${found.join(", ") || limits.sentence}`,
      ...(limits.findings.find(({ rule }) => rule === plant.rule)?.evidence ?? []).map(
        ({ words }) => `    ${words}`,
      ),
      ...(cpu === undefined
        ? []
        : [
            `    coderd used ${cpu.median.toFixed(2)} cores (median) and at most ${cpu.most.toFixed(2)} of ${cpu.limit ?? "unknown"}`,
          ]),
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
    if (!isRight) process.exitCode = 1;
  }
}
