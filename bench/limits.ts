/**
 * The rules for what limited a load, on loads whose limits are known: planted in synthetic figures with noise, one and
 * two at a time, beside loads without a limit and with what only looks like one. Prints recall and precision of each
 * rule; exit code 1 below the targets.
 */
import { parseArgs } from "node:util";
import { LIMIT_RULES } from "../harness/results/limits/rules.ts";
import { isTextOutput, whole } from "./arguments.ts";
import { missedTargets, scoreLines, scoresOf } from "./limits/report.ts";
import { limitTrials } from "./limits/trials.ts";

const { values } = parseArgs({
  options: {
    output: { type: "string", default: "text" },
    seed: { type: "string", default: "1" },
    each: { type: "string", default: "10" },
  },
});
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
