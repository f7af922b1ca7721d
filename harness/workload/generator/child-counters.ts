import { readdirSync, readFileSync } from "node:fs";

/** The kernel counts CPU in these, whatever its own clock. */
const TICKS_PER_SECOND = 100;
/** Each has a dozen threads, each a file: so many say enough of all, in some 10 ms. */
const MOST_LOOKED_AT = 32;

/** What the kernel counts of one process, all its threads together, milliseconds. */
export interface ProcessTime {
  readonly ranMs: number;
  /** Wanted a core and had none. */
  readonly waitedMs: number;
}

/** Time of the processes that this one started and that run, by pid; of many, of some that are spread over them. */
export function readChildren(): ReadonlyMap<number, ProcessTime> {
  const pids = childPids();
  const every = Math.max(1, Math.ceil(pids.length / MOST_LOOKED_AT));
  const seen = new Map<number, ProcessTime>();
  for (const pid of pids) {
    // By number, so that the same ones are looked at again.
    if (pid % every !== 0) continue;
    const time = readProcessTime(pid);
    if (time !== undefined) seen.set(pid, time);
  }
  return seen;
}

/** Time of one process; undefined once it is gone, and where the kernel does not tell. */
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

/** CPU of all processes that this one started, those that have ended included, milliseconds. */
export function childCpuMs(): number {
  const [, , ended = 0, endedSystem = 0] = cpuTicks("self");
  const running = childPids().reduce((sum, pid) => {
    const [user = 0, system = 0] = cpuTicks(String(pid));
    return sum + user + system;
  }, 0);
  return ((ended + endedSystem + running) * 1000) / TICKS_PER_SECOND;
}

/** Own user and system time, then those of its children that have ended. */
function cpuTicks(process: string): number[] {
  // The name, which may hold anything, ends with the last bracket.
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
