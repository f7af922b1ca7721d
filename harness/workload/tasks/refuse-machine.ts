import { STDIO_SESSION_MIB } from "../../coder/ssh/ssh-door.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { type MachineLimits, readMachineLimits } from "../generator/machine-limits.ts";
import { splitLoad } from "../parts/split-load.ts";

/** Files that a worker needs besides its connections: the API probe, polling, its own pipes and programs. */
const OTHER_FILES = 64;
/** Pipes to one `coder ssh --stdio`, and connections that it makes itself. */
const STDIO_FILES = 3;
const STDIO_PORTS = 2;
/** A program in Go has no fewer, however idle. */
const STDIO_THREADS = 6;

/** The least that a load needs of the machine that it runs on. */
export interface MachineNeed {
  /** Of the worker with the most. */
  readonly openFiles: number;
  readonly systemFiles: number;
  readonly localPorts: number;
  readonly processes: number;
  readonly memoryMib: number;
}

/**
 * Refuses a load that this machine surely cannot carry, with the figure that is missing and how to raise it. Called
 * where the load runs, before it creates anything.
 */
export async function refuseShortMachine(
  task: LoadTask,
  parts: number,
  limits?: MachineLimits,
): Promise<void> {
  const target = task.deployment.proxy ?? task.deployment.url;
  const lacks = lacksOf(machineNeed(task, parts), limits ?? (await readMachineLimits(target)));
  if (lacks.length === 0) return;
  throw new RefbenchError("generator", `the generator's machine cannot carry this load: ${lacks.join("; ")}`);
}

/** Counts what a load holds at the same time, dealt over so many workers. */
export function machineNeed(task: LoadTask, parts: number): MachineNeed {
  const all = splitLoad(task, parts);
  const stdio = all.reduce((sum, part) => sum + stdioOf(part), 0);
  const held = all.map((part) => heldOf(part));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    openFiles: Math.max(...held.map(({ files }) => files)) + OTHER_FILES,
    systemFiles: sum(held.map(({ files }) => files + OTHER_FILES)),
    localPorts: sum(held.map(({ ports }) => ports)),
    processes: stdio * STDIO_THREADS,
    memoryMib: stdio * STDIO_SESSION_MIB,
  };
}

/** The stage with the most of each: requests sent at once, sockets to apps, or connections held. */
function heldOf(part: LoadTask): { readonly files: number; readonly ports: number } {
  const stdio = stdioOf(part);
  const others = part.connections.total - stdio;
  const requests = requestsAtOnce(part);
  const apps = part.app?.connections ?? 0;
  return {
    files: Math.max(others + stdio * STDIO_FILES, requests, apps),
    ports: Math.max(others + stdio * STDIO_PORTS, requests, apps),
  };
}

/**
 * Sockets of creations that are sent before any is answered, and of the looks at what they make: idle ones stay open
 * for seconds. On a schedule nobody knows how many that are.
 */
function requestsAtOnce({ users, workspaces, concurrency, existing, arrival, login }: LoadTask): number {
  if (existing !== undefined) return 0;
  const turns = concurrency === 0 ? Infinity : concurrency;
  return Math.max(
    login === "host" ? 0 : Math.min(users, turns),
    arrival === undefined ? 2 * Math.min(workspaces, turns) : 0,
  );
}

/** Held connections that processes of Coder's client carry. */
function stdioOf({ deployment, connections }: LoadTask): number {
  if (deployment.ssh !== "stdio") return 0;
  const asked = Math.floor(connections.total * connections.sshShare + 1e-9);
  return Math.min(asked, deployment.stdioSessions ?? asked);
}

/** What is missing, a sentence each with the figures and the next step. */
export function lacksOf(need: MachineNeed, limits: MachineLimits): string[] {
  const short = (key: keyof MachineNeed): boolean => need[key] > (limits[key] ?? Infinity);
  const words: Record<keyof MachineNeed, string> = {
    openFiles: `it needs ${need.openFiles} open files in one process and has ${limits.openFiles}; raise the limit with "ulimit -n ${need.openFiles}" or deal the load over more processes`,
    systemFiles: `it needs ${need.systemFiles} open files in all and ${limits.systemFiles} are left; raise fs.file-max with sysctl`,
    localPorts: `it needs ${need.localPorts} local ports to the deployment and ${limits.localPorts} are free; widen net.ipv4.ip_local_port_range with sysctl`,
    processes: `it needs ${need.processes} processes and threads for coder ssh and ${limits.processes} are left; raise "ulimit -u" or the control group's pids.max, or ask for fewer SSH connections`,
    memoryMib: `it needs ${need.memoryMib} MiB for coder ssh and ${limits.memoryMib} MiB are free; ask for fewer SSH connections or take a larger machine`,
  };
  return (Object.keys(words) as (keyof MachineNeed)[]).filter(short).map((key) => words[key]);
}
