import type { BesideCoder, Pair } from "./beside-coder.ts";
import type { GeneratorCost } from "./generator-cost.ts";
import { marginsOf } from "./margin.ts";
import { programLine } from "./program-cost.ts";
import { medianWithSpread } from "./report.ts";

/** The targets for refbench's marginal cost, as a ratio to Coder's utility. */
const TARGETS = { memory: 1 / 10, cpu: 1 / 2 } as const;

/** Notes that a reader needs before the ratios. */
const NOTES = [
  "Coder's utility on a quiet machine is known to take 0.21 MB a terminal, and 183 µs of CPU a tick with its start",
  "ticks: refbench's are answers that came back whole, known by a nonce and compared byte by byte; Coder's are bytes written over bytes a tick, and nothing is compared",
  "received: of refbench what a shell prints, prompts too, with the terminal's echo off; of Coder's utility the terminal's echo",
  "refbench also reaches each workspace once before, measures each tick's latency and probes the API as somebody else would: that is in its figures. The probe beside Coder's utility is in nobody's",
  "the bare ws loop is Node's own least: it wakes each 10 ms, opens, types and reads, without its start, and neither verifies nor measures",
  "CPU and memory are of the whole process from its start to its end; a margin leaves out what both of its sides have",
  "memory of refbench between few terminals is lost in what its garbage collector keeps: its ratio is that of many terminals, which Coder's utility cannot make (one a workspace)",
];

/** The figures of both, their margins, and what was missed. */
export function besideCoderText(measured: BesideCoder): string[] {
  const { coderVersion, few, all, brief, many, programs, floors } = measured;
  const { kibPerTerminal: memory, cpuUsPerTick: cpu, cpuUsPerTickOfMore: more } = marginsOf(measured);
  return [
    `Coder ${coderVersion}: refbench and coder exp scaletest workspace-traffic by turns, median (least–most)`,
    ...[few, all, brief, many].flatMap(pairLines),
    programLine(programs),
    `a terminal more: refbench ${memory.refbench.toFixed(1)} KiB (${few.terminals} → ${all.terminals}), ${memory.refbenchMany.toFixed(1)} KiB (${all.terminals} → ${many.terminals}); Coder's utility ${memory.coder.toFixed(1)} KiB (${few.terminals} → ${all.terminals})`,
    `a tick more: refbench ${cpu.refbench.toFixed(0)} µs of CPU, Coder's utility ${cpu.coder.toFixed(0)} µs (${brief.traffic.holdMs / 1000} → ${all.traffic.holdMs / 1000} s); on more terminals ${more.refbench.toFixed(0)} and ${more.coder.toFixed(0)} µs (${few.terminals} → ${all.terminals})`,
    `refbench over Coder's utility: memory × ${memory.ratioMany.toFixed(2)}, CPU × ${cpu.ratio.toFixed(2)}`,
    `a bare ws loop: ${medianWithSpread(
      floors.map(({ cpuMsPerCommand }) => cpuMsPerCommand * 1000),
      0,
    )} µs of CPU a tick, failures ${medianWithSpread(
      floors.map(({ failures }) => failures),
      0,
    )}`,
    ...missed("memory", memory.ratioMany, TARGETS.memory),
    ...missed("CPU", cpu.ratio, TARGETS.cpu),
    ...NOTES.map((note) => `note: ${note}`),
  ];
}

function pairLines({ terminals, traffic, refbench, coder }: Pair): string[] {
  const { bytesPerTick, tickMs, holdMs } = traffic;
  return [
    `${terminals} terminals, ${bytesPerTick} bytes each ${tickMs} ms for ${holdMs / 1000} s`,
    ...costLines("refbench", refbench),
    ...costLines("coder", coder),
  ];
}

function costLines(name: string, rounds: readonly GeneratorCost[]): string[] {
  if (rounds.length === 0) return [];
  const figure = (of: (one: GeneratorCost) => number, digits = 0): string =>
    medianWithSpread(rounds.map(of), digits);
  return [
    `  ${name.padEnd(8)} at most ${figure(({ peakMib }) => peakMib)} MiB; CPU ${figure(({ cpuSeconds }) => cpuSeconds, 2)} s, ${figure(({ cpuSeconds, ticks }) => (cpuSeconds * 1e6) / ticks)} µs a tick with its start`,
    `           ticks ${figure(({ ticks }) => ticks)}; MB sent ${figure(({ bytes }) => bytes.sent / 1e6, 1)}, received ${figure(({ bytes }) => bytes.received / 1e6, 1)}; held ${figure(({ held }) => held)}, verified ${figure(({ verified }) => verified)}, failures ${figure(({ failures }) => failures)}`,
  ];
}

function missed(name: string, ratio: number, target: number): string[] {
  return ratio <= target
    ? []
    : [`target missed: ${name} × ${ratio.toFixed(2)}, at most ${target.toFixed(2)}`];
}
