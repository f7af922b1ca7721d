/**
 * How well steps in series of nights are found: planted steps of 10 % at 3 to 4 % variation, and flat series of every
 * shape of noise, each watched night by night; beside the rule "20 % worse than the night before".
 */
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { NOISES } from "./regression/planted-series.ts";
import { line, missed, visibleLine } from "./regression/report.ts";
import { flatSeries, plantedSteps, visibleSteps } from "./regression/trials.ts";

const { values } = parseArgs({
  options: {
    output: { type: "string", default: "text" },
    seed: { type: "string", default: "1" },
    series: { type: "string", default: "200" },
  },
});
const seed = whole("seed", values.seed);
const series = whole("series", values.series);
if (values.output !== "text" && values.output !== "json") {
  fail(`--output is ${JSON.stringify(values.output)}, expected text or json`);
}

const machine = {
  cpu: cpus()[0]?.model ?? "unknown processor",
  cores: cpus().length,
  memoryGib: Math.round(totalmem() / 2 ** 30),
  node: process.version,
};
const startedAt = process.cpuUsage();
const results = NOISES.map((noise) => ({
  noise,
  planted: plantedSteps({ noise, series, seed }),
  flat: flatSeries({ noise, series, seed }),
}));
const visible = visibleSteps(seed);
const { user, system } = process.cpuUsage(startedAt);
const cpuSeconds = (user + system) / 1e6;
if (values.output === "json") {
  process.stdout.write(
    `${JSON.stringify({ machine, seed, series, cpuSeconds, results, visible }, null, 2)}\n`,
  );
} else {
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB, node ${machine.node}; seed ${seed}, ${cpuSeconds.toFixed(0)} s of CPU`,
    `${series} series of each noise: a step of 10 % after 20 to 40 nights at 3 to 4 % variation; flat ones of 60 nights at 3.5 %`,
    ...results.flatMap(line),
    ...visible.map(visibleLine),
    ...missed(results),
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
