import { readdirSync, readFileSync } from "node:fs";

/** The unit of the kernel's CPU counters, whatever its own clock. */
const TICKS_PER_SECOND = 100;
/** Each child has a dozen threads, each with a file. This many represent all, and take about 10 ms. */
const MOST_SAMPLED = 32;

/** Run time and waiting time of one process, over all its threads, in milliseconds. */
export interface ProcessTime {
  readonly ranMs: number;
  /** Time in which it wanted a core and had none. */
  readonly waitedMs: number;
}

/** The times of this process's living children, by pid. If there are many, a spread-out sample of them. */
export function readChildren(): ReadonlyMap<number, ProcessTime> {
  const pids = childPids();
  const every = Math.max(1, Math.ceil(pids.length / MOST_SAMPLED));
  const seen = new Map<number, ProcessTime>();
  for (const pid of pids) {
    // Selected by number, so that later samples contain the same processes.
    if (pid % every !== 0) continue;
    const time = readProcessTime(pid);
    if (time !== undefined) seen.set(pid, time);
  }
  return seen;
}

/** The times of one process; undefined if it is gone, or if the kernel does not report them. */
export function readProcessTime(pid: number): ProcessTime | undefined {
  try {
    let [ranMs, waitedMs] = [0, 0];
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const [ranNs = 0, waitedNs = 0] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8")
        .split(" ")
        .map(Number);
      ranMs += ranNs / 1e6;
      waitedMs += waitedNs / 1e6;
    }
    return { ranMs, waitedMs };
  } catch {
    return undefined;
  }
}

/** CPU time of all children of this process, including those that have ended, in milliseconds. */
export function childCpuMs(): number {
  const [, , ended = 0, endedSystem = 0] = cpuTicks("self");
  const running = childPids().reduce((sum, pid) => {
    const [user = 0, system = 0] = cpuTicks(String(pid));
    return sum + user + system;
  }, 0);
  return ((ended + endedSystem + running) * 1000) / TICKS_PER_SECOND;
}

/** Own user and system time, then that of its ended children. */
function cpuTicks(process: string): number[] {
  // The name may contain anything; it ends with the last bracket.
  const fields = read(`/proc/${process}/stat`)
    .replace(/^.*\)\s*/s, "")
    .split(" ");
  return fields.slice(11, 15).map(Number);
}

function childPids(): number[] {
  return read(`/proc/self/task/${process.pid}/children`)
    .split(" ")
    .filter((pid) => pid !== "")
    .map(Number);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
