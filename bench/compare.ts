/**
 * Whether a paired comparison of two versions finds a planted difference of 5 % and calls equal versions equal: over
 * 100 tries of simulated loads whose figures scatter by 10 %, and by real loads of two emulators in turns.
 */
import { parseArgs } from "node:util";
import { isTextOutput, whole } from "./arguments.ts";
import { compareEmulated } from "./compare/emulated.ts";
import { emulatedLine, missedComparisonTargets, simulatedLine } from "./compare/report.ts";
import { simulate } from "./compare/simulated.ts";
import { thisMachine, machineLine } from "./machine.ts";

const { values } = parseArgs({
  options: {
    output: { type: "string", default: "text" },
    seed: { type: "string", default: "1" },
    tries: { type: "string", default: "100" },
    "skip-emulator": { type: "boolean", default: false },
  },
});
const isText = isTextOutput(values.output);
const seed = whole("seed", values.seed);
const tries = whole("tries", values.tries);
const DIFFERENCE = 0.05;

const simulated = [
  { noise: 0.1, figures: 1 },
  { noise: 0.1, figures: 6 },
  { noise: 0.03, figures: 6 },
].map((wish) => simulate({ ...wish, difference: DIFFERENCE, tries, seed }));
const emulated = values["skip-emulator"] ? [] : [await compareEmulated(0), await compareEmulated(DIFFERENCE)];
if (!isText) {
  process.stdout.write(`${JSON.stringify({ thisMachine, seed, simulated, emulated }, null, 2)}\n`);
} else {
  const lines = [
    `${machineLine()}; seed ${seed}`,
    ...simulated.map(simulatedLine),
    ...emulated.map(emulatedLine),
    ...missedComparisonTargets(simulated, emulated),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
