import { isDeepStrictEqual } from "node:util";
import type { WorkerPlace } from "../../model/record/parts.ts";
import type { GeneratorHealth, LoadWindow } from "../../model/record/worker-result.ts";

/**
 * Keeps the worst figure of all parts; memory and CPU time add up. The machine is the first part's, and
 * `parts` has each one's.
 */
export function mergeGenerators(generators: readonly GeneratorHealth[]): GeneratorHealth {
  const sum = (read: (one: GeneratorHealth) => number): number =>
    generators.reduce((total, one) => total + read(one), 0);
  const most = (read: (one: GeneratorHealth) => number): number => Math.max(...generators.map(read));
  const machine = generators.find((one) => one.machine !== undefined)?.machine;
  const [place, ...others] = generators.map((one) => one.place);
  const isOnePlace = others.every((other) => isDeepStrictEqual(other, place));
  const parts = generators.flatMap((one) => one.parts ?? []);
  return {
    slipP99Ms: most((one) => one.slipP99Ms),
    slipMaxMs: most((one) => one.slipMaxMs),
    eventLoopUtilization: most((one) => one.eventLoopUtilization),
    maxRssMib: sum((one) => one.maxRssMib),
    cpuSeconds: Math.round(sum((one) => one.cpuSeconds) * 100) / 100,
    childCpuSeconds: Math.round(sum((one) => one.childCpuSeconds ?? 0) * 100) / 100,
    ...(machine === undefined ? {} : { machine }),
    ...(place === undefined || !isOnePlace ? {} : { place }),
    ...(parts.length === 0 ? {} : { parts: parts.toSorted((a, b) => a.part - b.part) }),
    limited: generators.some(({ limited }) => limited),
    reasons: generators.flatMap(({ reasons }) => reasons),
  };
}

type Window = LoadWindow["generator"];

/** The generator of one part in a window, and where that part ran; parts without a place share one machine. */
export interface PlacedWindow {
  readonly generator: Window;
  readonly place: WorkerPlace | undefined;
}

/** What every process in a network namespace reads alike. */
const OF_NETWORK = ["retransmits", "synRetransmits", "listenOverflows"] as const;
/** What is read of a process, or of a machine: the worst one counts. */
const WORST = ["stealShare", "openFiles", "childRunQueueShare"] as const;

/** The worst figures. The kernel's counters of TCP add up over networks, whose parts have seen the same ones. */
export function mergeGeneratorWindows(placed: readonly PlacedWindow[]): Window {
  const generators = placed.map(({ generator }) => generator);
  const most = (key: "slipP99Ms" | "slipMaxMs" | "lagP99Ms" | "eventLoopUtilization" | "runQueueShare") =>
    Math.max(0, ...generators.map((one) => one[key]));
  const networks = new Map<string, PlacedWindow[]>();
  for (const one of placed) {
    const key = `${one.place?.machine ?? ""} ${one.place?.network ?? ""}`;
    networks.set(key, [...(networks.get(key) ?? []), one]);
  }
  const counted = OF_NETWORK.flatMap((key) => {
    const each = [...networks.values()].flatMap((of) => mostOf(key, of) ?? []);
    return each.length === 0 ? [] : [[key, each.reduce((sum, value) => sum + value, 0)] as const];
  });
  const worst = WORST.flatMap((key) => {
    const value = mostOf(key, placed);
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    slipP99Ms: most("slipP99Ms"),
    slipMaxMs: most("slipMaxMs"),
    lagP99Ms: most("lagP99Ms"),
    eventLoopUtilization: most("eventLoopUtilization"),
    runQueueShare: most("runQueueShare"),
    ...Object.fromEntries([...counted, ...worst]),
    limited: [...new Set(generators.flatMap(({ limited }) => limited))].sort(),
  };
}

/** The greatest value of those that have it; undefined if none has. */
function mostOf(
  key: (typeof OF_NETWORK)[number] | (typeof WORST)[number],
  placed: readonly PlacedWindow[],
): number | undefined {
  const values = placed.flatMap(({ generator }) => generator[key] ?? []);
  return values.length === 0 ? undefined : Math.max(...values);
}
