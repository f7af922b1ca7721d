import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The kernel reports CPU time in these units to every program, whatever its own clock. */
const TICKS_PER_SECOND = 100;

/** One process, from `/proc/<pid>/stat`. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** At most 15 characters, such as `terraform-provi`. */
  readonly name: string;
  /** When it started, in ticks since boot: with the pid, its identity. */
  readonly start: string;
  /** CPU seconds of the process, with all its threads. */
  readonly ownCpu: number;
  /** CPU seconds of children that ended and were waited for, with all that they had waited for. */
  readonly endedCpu: number;
}

/** All processes of this machine. A process that ends meanwhile is left out. Throws where there is no `/proc`. */
export function readProcesses(proc: string): ReadonlyMap<number, ProcessStat> {
  const found = new Map<number, ProcessStat>();
  for (const entry of readdirSync(proc)) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = findProcess(proc, Number(entry));
    if (stat !== undefined) found.set(stat.pid, stat);
  }
  return found;
}

/** One process, or undefined if there is none with this pid. */
export function findProcess(proc: string, pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = readFileSync(join(proc, String(pid), "stat"), "utf8");
  } catch {
    return undefined;
  }
  // The name is in parentheses, and may hold parentheses and blanks itself.
  const nameEnd = text.lastIndexOf(")");
  const fields = text.slice(nameEnd + 2).split(" ");
  // By proc(5), with the state (field 3) first.
  const field = (number: number): number => Number(fields[number - 3]);
  const seconds = (...numbers: number[]): number =>
    numbers.reduce((sum, number) => sum + field(number), 0) / TICKS_PER_SECOND;
  const stat = {
    pid,
    parent: field(4),
    name: text.slice(text.indexOf("(") + 1, nameEnd),
    start: fields[22 - 3] ?? "",
    ownCpu: seconds(14, 15),
    endedCpu: seconds(16, 17),
  };
  return Number.isFinite(stat.parent) && Number.isFinite(stat.ownCpu + stat.endedCpu) ? stat : undefined;
}

/** All that descend from a process and live; those that were orphaned belong to it no longer. */
export function descendants(all: ReadonlyMap<number, ProcessStat>, root: number): ProcessStat[] {
  const children = new Map<number, ProcessStat[]>();
  for (const one of all.values()) children.set(one.parent, [...(children.get(one.parent) ?? []), one]);
  const found: ProcessStat[] = [];
  const open = [root];
  const seen = new Set(open);
  for (let pid = open.pop(); pid !== undefined; pid = open.pop())
    for (const child of children.get(pid) ?? []) {
      if (seen.has(child.pid)) continue;
      seen.add(child.pid);
      found.push(child);
      open.push(child.pid);
    }
  return found;
}

/** Memory of one process in bytes, apart from what it may share with others; undefined once it has ended. */
export interface ProcessMemory {
  readonly own: number;
  readonly shared: number;
}

export function readMemory(proc: string, pid: number): ProcessMemory | undefined {
  try {
    const status = readFileSync(join(proc, String(pid), "status"), "utf8");
    const bytes = (name: string): number =>
      1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0);
    const shared = bytes("RssFile") + bytes("RssShmem");
    return { own: Math.max(0, bytes("VmRSS") - shared), shared };
  } catch {
    return undefined;
  }
}

/**
 * Memory of processes that run the same programs: each one's own, and the largest share of files and shared memory
 * once. Postgres' buffers would otherwise count again for every connection.
 */
export function addMemory(all: readonly (ProcessMemory | undefined)[]): number {
  const known = all.filter((each) => each !== undefined);
  return known.reduce((sum, { own }) => sum + own, 0) + Math.max(0, ...known.map(({ shared }) => shared));
}
