import type { ObserveTask } from "../../harness/model/observation/observe-task.ts";
import { startEmulatorProcess } from "./emulator-process.ts";
import { type MixedLoad, mixedLoad } from "./mixed-load.ts";
import { medianWithSpread } from "./report.ts";

const METRICS_PORT = 22_113;
/** The growth that observing may cause, as a share. */
const MOST_GROWTH = 0.05;

/** The same load without and with observing. */
export interface ObservedPair {
  readonly without: MixedLoad;
  readonly observed: MixedLoad;
}

/** Runs pairs of loads, each on a new server; every second pair begins with the observed one, against drift. */
export async function observedPairs(connections: number, rounds: number): Promise<ObservedPair[]> {
  const pairs: ObservedPair[] = [];
  for (let round = 0; round < rounds; round++) {
    const isFirst = round % 2 === 1;
    const one = await loadOnce(connections, isFirst);
    const other = await loadOnce(connections, !isFirst);
    pairs.push(isFirst ? { observed: one, without: other } : { observed: other, without: one });
  }
  return pairs;
}

async function loadOnce(connections: number, isObserved: boolean): Promise<MixedLoad> {
  await using coder = await startEmulatorProcess({ metricsPort: METRICS_PORT });
  const observe: ObserveTask = {
    places: [
      { kind: "metrics", of: "coder", url: `http://127.0.0.1:${METRICS_PORT}/metrics`, role: "coderd" },
      { kind: "process", of: "coder", role: "coderd", pid: coder.pid },
      { kind: "machine", of: "this machine" },
    ],
  };
  return await mixedLoad(coder, connections, isObserved ? observe : undefined);
}

/** Both sides with their spread, and the growth by the medians. */
export function observedText(pairs: readonly ObservedPair[]): string[] {
  const figures: readonly (readonly [string, (load: MixedLoad) => number, number])[] = [
    ["CPU of the generator's processes, s", ({ cpuSeconds }) => cpuSeconds, 1],
    ["share of a core while held, worker alone", ({ holdCpuShare }) => holdCpuShare, 3],
    ["command over a held connection, p50 ms", ({ latencyMs }) => latencyMs["held-command"]?.p50 ?? 0, 2],
    ["command over a held connection, p99 ms", ({ latencyMs }) => latencyMs["held-command"]?.p99 ?? 0, 1],
  ];
  const lines = figures.map(([words, read, digits]) => {
    const without = pairs.map((pair) => read(pair.without));
    const observed = pairs.map((pair) => read(pair.observed));
    const growth = median(observed) / median(without) - 1;
    return `${words}: ${medianWithSpread(without, digits)} without, ${medianWithSpread(observed, digits)} observed: ${(100 * growth).toFixed(1)} %`;
  });
  const shares = pairs.map(({ observed }) => observed.observerCpuSeconds / observed.cpuSeconds);
  const most = Math.max(...shares);
  return [
    ...lines,
    `the observer's part of the generator's CPU: ${(100 * median(shares)).toFixed(1)} %, at most ${(100 * most).toFixed(1)} % (target: at most ${100 * MOST_GROWTH} %), ${pairs.map(({ observed }) => observed.samples).join(", ")} samples`,
  ];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
