/**
 * The detection of steps in series of nights: planted steps of 10 % at 3 to 4 % variation, and flat series of every
 * shape of noise, each watched night by night; beside the rule "20 % worse than the night before".
 */
import { parseArgs } from "node:util";
import { isTextOutput, whole } from "./arguments.ts";
import { thisMachine, machineLine } from "./machine.ts";
import { NOISES } from "./regression/planted-series.ts";
import { noiseLines, missedRegressionTargets, visibleLine } from "./regression/report.ts";
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
const isText = isTextOutput(values.output);

const startedAt = process.cpuUsage();
const results = NOISES.map((noise) => ({
  noise,
  planted: plantedSteps({ noise, series, seed }),
  flat: flatSeries({ noise, series, seed }),
}));
const visible = visibleSteps(seed);
const { user, system } = process.cpuUsage(startedAt);
const cpuSeconds = (user + system) / 1e6;
if (!isText) {
  process.stdout.write(
    `${JSON.stringify({ thisMachine, seed, series, cpuSeconds, results, visible }, null, 2)}\n`,
  );
} else {
  const lines = [
    `${machineLine()}; seed ${seed}, ${cpuSeconds.toFixed(0)} s of CPU`,
    `${series} series of each noise: a step of 10 % after 20 to 40 nights at 3 to 4 % variation; flat ones of 60 nights at 3.5 %`,
    ...results.flatMap(noiseLines),
    ...visible.map(visibleLine),
    ...missedRegressionTargets(results),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
