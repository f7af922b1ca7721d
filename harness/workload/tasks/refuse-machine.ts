import { STDIO_SESSION_MIB } from "../../coder/ssh/ssh-door.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { type MachineLimits, readMachineLimits } from "../generator/machine-limits.ts";
import { splitLoad } from "../parts/split-load.ts";

/** Files that a worker needs besides its connections: API probe, polling, pipes and programs. */
const OTHER_FILES = 64;
/** Pipes to one `coder ssh --stdio`, and connections that it makes itself. */
const STDIO_FILES = 3;
const STDIO_PORTS = 2;
/** A Go program has at least this many threads, however idle. */
const STDIO_THREADS = 6;

/** The minimum that a load needs of its machine. */
export interface MachineNeed {
  /** For the worker with the most. */
  readonly openFiles: number;
  readonly systemFiles: number;
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
  const all = splitLoad(task, parts);
  const stdio = all.reduce((sum, part) => sum + countStdio(part), 0);
  const held = all.map((part) => countHeld(part));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    openFiles: Math.max(...held.map(({ files }) => files)) + OTHER_FILES,
    systemFiles: sum(held.map(({ files }) => files + OTHER_FILES)),
    localPorts: sum(held.map(({ ports }) => ports)),
    processes: stdio * STDIO_THREADS,
    memoryMib: stdio * STDIO_SESSION_MIB,
  };
}

/** The maximum over the stages: requests sent at once, sockets to apps, or held connections. */
function countHeld(part: LoadTask): { readonly files: number; readonly ports: number } {
  const stdio = countStdio(part);
  const others = part.connections.total - stdio;
  const requests = countRequestsAtOnce(part);
  const apps = part.app?.connections ?? 0;
  return {
    files: Math.max(others + stdio * STDIO_FILES, requests, apps),
    ports: Math.max(others + stdio * STDIO_PORTS, requests, apps),
  };
}

/**
 * Sockets of creations sent before any answer, and of polling what they make; idle ones stay open for
 * seconds. For a schedule the number is not known.
 */
function countRequestsAtOnce({ users, workspaces, concurrency, existing, arrival, login }: LoadTask): number {
  if (existing !== undefined) return 0;
  const turns = concurrency === 0 ? Infinity : concurrency;
  return Math.max(
    login === "host" ? 0 : Math.min(users, turns),
    arrival === undefined ? 2 * Math.min(workspaces, turns) : 0,
  );
}

/** Held connections that are carried by processes of Coder's client. */
function countStdio({ deployment, connections }: LoadTask): number {
  if (deployment.ssh !== "stdio") return 0;
  const asked = Math.floor(connections.total * connections.sshShare + 1e-9);
  return Math.min(asked, deployment.stdioSessions ?? asked);
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
