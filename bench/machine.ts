import { cpus, loadavg, totalmem } from "node:os";

/** The machine of a benchmark, without which its figures mean nothing. */
export const thisMachine = {
  cpu: cpus()[0]?.model ?? "unknown processor",
  cores: cpus().length,
  memoryGib: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  loadAverageBefore: loadavg()[0] ?? 0,
};

/** The machine on one line. */
export function machineLine(): string {
  const { cpu, cores, memoryGib, node, loadAverageBefore } = thisMachine;
  return `${cpu}, ${cores} cores, ${memoryGib} GiB, node ${node}, load average ${loadAverageBefore.toFixed(1)} before`;
}
