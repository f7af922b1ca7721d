import type { ComparedFigure } from "../../harness/model/record/comparison.ts";
import {
  comparePairs,
  noiseOfPairs,
  pairsNeeded,
} from "../../harness/results/statistics/paired-comparison.ts";
import { startEmulatorProcess } from "../load/emulator-process.ts";
import { buildLoadOf } from "./build-load.ts";

/** A build of the emulator scatters by some 10 %, and takes long enough at this speed that a busy machine adds little. */
const BUILD_SPEED = 6;
const BUILDS_A_LOAD = 24;
const PILOT_PAIRS = 6;
/** Both comparisons together are to end within three minutes, whatever else the machine does. */
const MOST_PAIRS = 25;
const MOST_SECONDS = 80;

/** Both emulators draw their durations by the number of the build: without a start elsewhere they would draw the same. */
const BUILDS_AHEAD = 7;

/** Two emulated deployments beside each other. */
export interface Emulated {
  /** The factor by which the candidate's builds were made longer. */
  readonly planted: number;
  readonly buildsALoad: number;
  /** The variation of one load's figure in the pilot. */
  readonly noise: number;
  /** The number of pairs that the pilot asked for; the number that ran has a bound. */
  readonly pairsAsked: number;
  readonly seconds: number;
  readonly figure: ComparedFigure;
}

/** Loads two emulators in turns: a pilot to learn the noise, then as many pairs as it asks for. */
export async function compareEmulated(planted: number): Promise<Emulated> {
  const startedAt = performance.now();
  await using baseline = await startEmulatorProcess({ buildSpeed: BUILD_SPEED });
  await using candidate = await startEmulatorProcess({ buildSpeed: BUILD_SPEED / (1 + planted) });
  await using baselineLoad = await buildLoadOf(baseline);
  await using candidateLoad = await buildLoadOf(candidate);
  await baselineLoad.run(BUILDS_A_LOAD);
  await candidateLoad.run(BUILDS_A_LOAD + BUILDS_AHEAD);
  const pair = async (index: number): Promise<ComparedFigure["pairs"][number]> => {
    if (index % 2 === 0) {
      const before = await baselineLoad.run(BUILDS_A_LOAD);
      return { baseline: before, candidate: await candidateLoad.run(BUILDS_A_LOAD) };
    }
    const first = await candidateLoad.run(BUILDS_A_LOAD);
    return { baseline: await baselineLoad.run(BUILDS_A_LOAD), candidate: first };
  };
  const pilot: ComparedFigure["pairs"] = [];
  for (let index = 0; index < PILOT_PAIRS; index++) pilot.push(await pair(index));
  const noise = noiseOfPairs(pilot);
  const pairsAsked = pairsNeeded({ noise, difference: 0.05 });
  const pairs: ComparedFigure["pairs"] = [];
  // The pilot decided how many: its own pairs are not used again.
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  for (let index = 0; index < Math.min(MOST_PAIRS, pairsAsked) && seconds() < MOST_SECONDS; index++) {
    pairs.push(await pair(index));
  }
  const [figure] = comparePairs([
    { metric: "phases.build.p50", description: "build by the server's clock, median (ms)", pairs },
  ]);
  if (figure === undefined) throw new Error("no figure was compared");
  return { planted, buildsALoad: BUILDS_A_LOAD, noise, pairsAsked, seconds: seconds(), figure };
}
