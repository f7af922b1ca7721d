/**
 * Whether a paired comparison of two versions finds a planted difference of 5 % and calls equal versions equal: over
 * 100 tries of simulated loads whose figures scatter by 10 %, and by real loads of two emulators in turns.
 */
import { cpus, loadavg, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { compareEmulated } from "./compare/emulated.ts";
import { emulatedLine, missed, simulatedLine } from "./compare/report.ts";
import { simulate } from "./compare/simulated.ts";

const { values } = parseArgs({
  options: {
    output: { type: "string", default: "text" },
    seed: { type: "string", default: "1" },
    tries: { type: "string", default: "100" },
    "skip-emulator": { type: "boolean", default: false },
  },
});
if (values.output !== "text" && values.output !== "json") {
  fail(`--output is ${JSON.stringify(values.output)}, expected text or json`);
}
const seed = whole("seed", values.seed);
const tries = whole("tries", values.tries);
const DIFFERENCE = 0.05;

const machine = {
  cpu: cpus()[0]?.model ?? "unknown processor",
  cores: cpus().length,
  memoryGib: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  loadAverageBefore: loadavg()[0] ?? 0,
};
const simulated = [
  { noise: 0.1, figures: 1 },
  { noise: 0.1, figures: 5 },
  { noise: 0.03, figures: 1 },
].map((wish) => simulate({ ...wish, difference: DIFFERENCE, tries, seed }));
const emulated = values["skip-emulator"] ? [] : [await compareEmulated(0), await compareEmulated(DIFFERENCE)];
if (values.output === "json") {
  process.stdout.write(`${JSON.stringify({ machine, seed, simulated, emulated }, null, 2)}\n`);
} else {
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB, node ${machine.node}, load average ${machine.loadAverageBefore.toFixed(1)} before; seed ${seed}`,
    ...simulated.map(simulatedLine),
    ...emulated.map(emulatedLine),
    ...missed(simulated, emulated),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function whole(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    fail(`--${name} is ${JSON.stringify(text)}, expected a whole number above zero`);
  }
  return number;
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
