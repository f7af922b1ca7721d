import { readMachineLimits, type MachineLimits } from "../../harness/workload/generator/machine-limits.ts";

/**
 * MiB of a worker and of an emulator without connections, and KiB of a connection on both sides. Measured on
 * 2026-11-30 at 4,000 and 50,000: 123 and 115 MiB, 5 to 8 and 22 to 50 KiB.
 */
const WORKER_MIB = 130;
const WORKER_KIB = 12;
const EMULATOR_MIB = 170;
const EMULATOR_KIB = 50;
/** Files of a process besides its connections. */
const OTHER_FILES = 200;
/** Memory that stays free, for everything else on the machine. */
const SPARE_SHARE = 0.2;

/** What the benchmark needs of its machine. */
export interface ScaleNeed {
  readonly workersMib: number;
  readonly emulatorsMib: number;
  readonly memoryMib: number;
  /** For each process. */
  readonly openFiles: number;
  /** For each emulator's address. */
  readonly localPorts: number;
}

export function scaleNeed({
  connections,
  workers,
}: {
  readonly connections: number;
  readonly workers: number;
}): ScaleNeed {
  const each = Math.ceil(connections / workers);
  const mib = (process: number, kib: number): number =>
    Math.ceil(workers * process + (connections * kib) / 1024);
  const [workersMib, emulatorsMib] = [mib(WORKER_MIB, WORKER_KIB), mib(EMULATOR_MIB, EMULATOR_KIB)];
  return {
    ...{ workersMib, emulatorsMib, memoryMib: workersMib + emulatorsMib },
    ...{ openFiles: each + OTHER_FILES, localPorts: each },
  };
}

export function scaleNeedLine({
  workersMib,
  emulatorsMib,
  memoryMib,
  openFiles,
  localPorts,
}: ScaleNeed): string {
  return `needs about ${memoryMib} MiB: ${workersMib} for the workers, ${emulatorsMib} for the emulators; ${openFiles} files in each process, ${localPorts} local ports to each address`;
}

/** Why the machine cannot carry it, with the next step; undefined if it can. */
export async function findScaleShortage(need: ScaleNeed): Promise<string | undefined> {
  const limits: MachineLimits = await readMachineLimits("http://127.0.0.2:1");
  const { memoryMib = Infinity, openFiles = Infinity, localPorts = Infinity } = limits;
  const usable = Math.floor(memoryMib * (1 - SPARE_SHARE));
  if (need.memoryMib > usable)
    return `it needs ${need.memoryMib} MiB, but only ${usable} of the ${memoryMib} MiB free may be used: ask for fewer --connections`;
  if (need.openFiles > openFiles)
    return `it needs ${need.openFiles} open files in each process, but the limit is ${openFiles}: raise "ulimit -n", or use more --workers`;
  if (need.localPorts > localPorts)
    return `it needs ${need.localPorts} local ports to each emulator, but only ${localPorts} are free: use more --workers`;
  return undefined;
}
