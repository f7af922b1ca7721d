import type { BesideCoder, Pair } from "./beside-coder.ts";
import type { GeneratorCost } from "./generator-cost.ts";

/** The marginal cost of a terminal and of a tick for each generator, and their ratio. */
export interface Margins {
  readonly kibPerTerminal: Compared & {
    /** For refbench, from one terminal per workspace to ten. */
    readonly refbenchMany: number;
    readonly ratioMany: number;
  };
  /** Between a brief hold and a longer one: starting and connecting are in both. */
  readonly cpuUsPerTick: Compared;
  /** Between some terminals and all, for the same time: what a generator does however few there are is in both. */
  readonly cpuUsPerTickOfMore: Compared;
}

interface Compared {
  readonly refbench: number;
  readonly coder: number;
  readonly ratio: number;
}

/** The margins, of medians. */
export function marginsOf({ few, all, brief, many }: BesideCoder): Margins {
  const memory = compared((engine) => kibPerTerminal(few[engine], all[engine]));
  const refbenchMany = kibPerTerminal(all.refbench, many.refbench);
  return {
    kibPerTerminal: { ...memory, refbenchMany, ratioMany: refbenchMany / memory.coder },
    cpuUsPerTick: compared((engine) => cpuUsPerTick(brief[engine], all[engine])),
    cpuUsPerTickOfMore: compared((engine) => cpuUsPerTick(few[engine], all[engine])),
  };
}

function compared(of: (engine: keyof Pick<Pair, "refbench" | "coder">) => number): Compared {
  const [refbench, coder] = [of("refbench"), of("coder")];
  return { refbench, coder, ratio: refbench / coder };
}

type Rounds = readonly GeneratorCost[];

function kibPerTerminal(less: Rounds, more: Rounds): number {
  return (difference("peakMib", less, more) * 1024) / difference("terminals", less, more);
}

function cpuUsPerTick(less: Rounds, more: Rounds): number {
  return (difference("cpuSeconds", less, more) * 1e6) / difference("ticks", less, more);
}

function difference(
  figure: "terminals" | "peakMib" | "cpuSeconds" | "ticks",
  less: Rounds,
  more: Rounds,
): number {
  return medianOf(more.map((one) => one[figure])) - medianOf(less.map((one) => one[figure]));
}

/** The middle one, or the mean of both. */
function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
}
