import { STDIO_SESSION_MIB } from "../../coder/ssh/stdio-memory.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { type MachineLimits, readMachineLimits } from "../generator/machine-limits.ts";
import { type LoadNeed, needOfLoad, OTHER_FILES } from "../parts/part-costs.ts";
import { localAddressOf } from "../parts/local-address.ts";
import { splitLoad } from "../parts/split-load.ts";

/** A Go program has at least this many threads, however idle. */
const STDIO_THREADS = 6;

/** The minimum that a load needs of its machine. */
export interface MachineNeed {
  /** For the worker with the most. */
  readonly openFiles: number;
  readonly systemFiles: number;
  /** Of one address of this machine: of the worker with the most, where each has its own address. */
  readonly localPorts: number;
  readonly processes: number;
  readonly memoryMib: number;
}

/**
 * Throws `generator` if this machine certainly cannot carry the load, with the missing figures and how to
 * raise them. Called where the load runs, before it creates anything.
 */
export async function refuseShortMachine(
  task: LoadTask,
  parts: number,
  limits?: MachineLimits,
): Promise<void> {
  const target = task.deployment.proxy ?? task.deployment.url;
  const lacks = findShortages(machineNeed(task, parts), limits ?? (await readMachineLimits(target)));
  if (lacks.length === 0) return;
  throw new RefbenchError("generator", `the generator's machine cannot carry this load: ${lacks.join("; ")}`);
}

/** Counts what a load holds at the same time, split over this many workers. */
export function machineNeed(task: LoadTask, parts: number): MachineNeed {
  const all = splitLoad(task, parts).map((part) => needOfLoad(part, false));
  const sum = (read: (need: LoadNeed) => number): number =>
    all.reduce((total, need) => total + read(need), 0);
  const programs = sum((need) => need.programs);
  return {
    openFiles: Math.max(...all.map((need) => need.openFiles)) + OTHER_FILES,
    systemFiles: sum((need) => need.openFiles + OTHER_FILES),
    localPorts:
      // Coder's own client knows nothing of a part's address.
      parts > 1 && task.deployment.ssh !== "stdio" && localAddressOf(task.deployment, 0) !== undefined
        ? Math.max(...all.map((need) => need.localPorts))
        : sum((need) => need.localPorts),
    processes: programs * STDIO_THREADS,
    memoryMib: programs * STDIO_SESSION_MIB,
  };
}

/** The shortages of the machine: one sentence each, with the figures and the next step. */
export function findShortages(need: MachineNeed, limits: MachineLimits): string[] {
  const short = (key: keyof MachineNeed): boolean => need[key] > (limits[key] ?? Infinity);
  const sentences: Record<keyof MachineNeed, string> = {
    openFiles: `it needs ${need.openFiles} open files in one process, but its limit is ${limits.openFiles}; raise the limit with "ulimit -n ${need.openFiles}", or split the load into more parts`,
    systemFiles: `it needs ${need.systemFiles} open files in total, but only ${limits.systemFiles} are free; raise fs.file-max with sysctl`,
    localPorts: `it needs ${need.localPorts} local ports to the deployment, but only ${limits.localPorts} are free; widen net.ipv4.ip_local_port_range with sysctl`,
    processes: `it needs ${need.processes} processes and threads for coder ssh, but only ${limits.processes} are free; raise "ulimit -u" or the control group's pids.max, or request fewer SSH connections`,
    memoryMib: `it needs ${need.memoryMib} MiB for coder ssh, but only ${limits.memoryMib} MiB are free; request fewer SSH connections or use a larger machine`,
  };
  return (Object.keys(sentences) as (keyof MachineNeed)[]).filter(short).map((key) => sentences[key]);
}
