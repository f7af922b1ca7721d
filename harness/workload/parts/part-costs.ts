import {
  connectionsOf,
  opensPerSecond,
  runsIn,
} from "../../../reference-architectures/mixed/plan-schedule.ts";
import type { PlannedLoad, PlannedSchedule } from "../../../reference-architectures/mixed/schedule.ts";
import { STDIO_SESSION_MIB } from "../../coder/ssh/stdio-memory.ts";
import { closingPerSecond } from "../connections/closing-rate.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";

/** What decides how many parts a load has, and what each needs. */
export type CountedLoad = Pick<
  LoadTask,
  | ("users" | "workspaces" | "concurrency" | "cleanupConcurrency" | "connections")
  | ("existing" | "app" | "mixed" | "churn" | "arrival" | "login" | "part" | "parts" | "traffic")
> & { readonly deployment: Pick<LoadTask["deployment"], "ssh" | "stdioSessions"> };

/** What the generator costs, as measured. `from` names the command, the day and the machine. */
export const MEASURED_COSTS = {
  from: "`npm run bench:load` (with `--coder` for its programs) and `npm run bench:scale`, 2026-11-30, 2 busy cores of an AMD EPYC, Node 20.20, Coder 2.31",
  /** A worker without connections. */
  workerMib: 129,
  /** A bare `ws` connection, and an `ssh2` one through the emulator's tunnel. */
  terminalKib: 8,
  tunnelKib: 25,
  /** A `ws` connection over TLS 1.3 with an ECDSA P-256 certificate. */
  tlsKib: 53,
  /** A `coder ssh --stdio`. */
  programMib: STDIO_SESSION_MIB,
  /** CPU of a worker to open a connection, with its first verified answer. */
  openCpuMs: 1.4,
  /** CPU of a worker for a verified command, or a tick of traffic. */
  commandCpuMs: 0.2,
  /** CPU of a `coder ssh` to start, connect and give its first answers, and for a command. */
  programOpenCpuMs: 250,
  programCommandCpuMs: 0.6,
  /** The most connections that one worker was measured with. */
  mostConnections: 12_500,
} as const;

/** Bytes of a message of traffic, and requests of a dashboard's page. */
const MESSAGE_BYTES = 3_000;
const READS_PER_PAGE = 8;

/** A worker is one thread: it is judged late where its core is busier than this. */
export const CORE_SHARE = 0.7;

/** Files that a worker needs besides its connections: API probe, polling, pipes and programs. */
export const OTHER_FILES = 64;
/** Pipes to one `coder ssh --stdio`, and connections that it makes itself. */
const STDIO_FILES = 3;
const STDIO_PORTS = 2;

/** What a load needs at its largest, over all of its parts. */
export interface LoadNeed {
  readonly terminals: number;
  readonly tunnels: number;
  /** Processes of Coder's client. */
  readonly programs: number;
  /** MiB of connections and programs, without the workers themselves. */
  readonly connectionsMib: number;
  /** Cores of the workers in their busiest stage, and which one that is. */
  readonly cores: number;
  readonly busiest: "opening" | "holding" | "closing";
  /** Cores of the programs, while they are opened or in the hold. */
  readonly programCores: number;
  /** Local ports to the deployment: for held connections, sockets to apps, or requests sent at once. */
  readonly localPorts: number;
  /** The same for files, without those that a worker always has open. */
  readonly openFiles: number;
}

/** The needs of a load, from what was measured. Sockets to apps count like terminals. */
export function needOfLoad(task: CountedLoad, isTls: boolean): LoadNeed {
  const own = needAtOnce(task, isTls);
  if (task.mixed === undefined) return own;
  const needs = [own, ...scheduledLoads(task, task.mixed).map((each) => needAtOnce(each, isTls))];
  const most = (key: Exclude<keyof LoadNeed, "busiest">): number =>
    Math.max(...needs.map((need) => need[key]));
  const { busiest } = needs.reduce((one, other) => (other.cores > one.cores ? other : one));
  return {
    ...{ busiest, cores: most("cores"), programCores: most("programCores") },
    ...{ terminals: most("terminals"), tunnels: most("tunnels"), programs: most("programs") },
    ...{
      connectionsMib: most("connectionsMib"),
      localPorts: most("localPorts"),
      openFiles: most("openFiles"),
    },
  };
}

/** Each period of a schedule as a load of its own that does at once what its loads do in it. */
function scheduledLoads(task: CountedLoad, schedule: PlannedSchedule): CountedLoad[] {
  return schedule.periods.map(({ name }) => {
    const loads = schedule.loads.filter((load) => runsIn(schedule, load, name));
    const sum = (of: (load: PlannedLoad) => number): number =>
      loads.reduce((total, load) => total + of(load), 0);
    const shells = sum((load) => ("commandsPerMinute" in load ? connectionsOf(load) : 0));
    const ssh = sum((load) => (load.kind === "ssh" ? connectionsOf(load) : 0));
    const sockets = sum((load) => (load.kind === "apps" ? connectionsOf(load) : 0));
    const opens = sum((load) => ("connectionsPerUser" in load ? opensPerSecond(schedule, load) : 0));
    const each = (perMinute: number, count: number): number => (perMinute / 60) * count;
    const commands = sum((load) =>
      "commandsPerMinute" in load ? each(load.commandsPerMinute, connectionsOf(load)) : 0,
    );
    // A tick of more bytes than fit into a line is several messages.
    const ticks = sum((load) =>
      "commandsPerMinute" in load && load.traffic !== undefined
        ? (connectionsOf(load) * 1000 * Math.ceil(load.traffic.bytesPerTick / MESSAGE_BYTES)) /
          load.traffic.tickMs
        : 0,
    );
    const messages = sum((load) =>
      load.kind === "apps" ? each(load.messagesPerMinute, connectionsOf(load)) : 0,
    );
    const reads = sum((load) =>
      load.kind === "dashboard" ? each(load.pagesPerMinute, load.users) * READS_PER_PAGE : 0,
    );
    const one: CountedLoad = { ...task };
    delete one.traffic;
    delete one.app;
    return {
      ...one,
      connections: {
        ...task.connections,
        total: shells + sockets,
        sshShare: shells + sockets === 0 ? 0 : ssh / (shells + sockets),
        rampPerSecond: Math.max(opens, 0.001),
        commandsPerSecond: commands + ticks + messages + reads,
      },
    };
  });
}

/** The needs of what happens at once. */
function needAtOnce(task: CountedLoad, isTls: boolean): LoadNeed {
  const { connections, deployment, app, traffic } = task;
  const ssh = Math.floor(connections.total * connections.sshShare + 1e-9);
  const tunnels = deployment.ssh === "tunnel" ? ssh : 0;
  const programs = deployment.ssh === "stdio" ? Math.min(ssh, deployment.stdioSessions ?? ssh) : 0;
  const terminals = Math.max(connections.total - tunnels - programs, app?.connections ?? 0);
  const others = connections.total - programs;
  const atOnce = Math.max(countRequestsAtOnce(task), app?.connections ?? 0);
  const { terminalKib, tlsKib, tunnelKib, programMib, openCpuMs, commandCpuMs } = MEASURED_COSTS;
  const ticks = traffic === undefined ? 0 : (connections.total * 1000) / traffic.tickMs;
  const messages = app?.messagesPerSecond ?? 0;
  const closing = connections.total === 0 ? 0 : closingPerSecond({ connections }, connections.total);
  const stages = {
    // A rate beyond the number of connections lasts less than a second.
    opening: (Math.min(connections.rampPerSecond, connections.total) * openCpuMs) / 1000,
    holding: ((connections.commandsPerSecond + ticks + messages) * commandCpuMs) / 1000,
    closing: (closing * commandCpuMs) / 1000,
  };
  const [[busiest, cores] = ["holding", 0] as const] = (
    Object.entries(stages) as ["opening" | "holding" | "closing", number][]
  ).toSorted(([, a], [, b]) => b - a);
  const { programOpenCpuMs, programCommandCpuMs } = MEASURED_COSTS;
  const programShare = connections.total === 0 ? 0 : programs / connections.total;
  const programCpuMs = Math.max(
    connections.rampPerSecond * programOpenCpuMs,
    connections.commandsPerSecond * programCommandCpuMs,
  );
  return {
    ...{ terminals, tunnels, programs, busiest, cores },
    programCores: (programShare * programCpuMs) / 1000,
    connectionsMib:
      (terminals * (isTls ? tlsKib : terminalKib) + tunnels * tunnelKib) / 1024 + programs * programMib,
    localPorts: Math.max(others + programs * STDIO_PORTS, atOnce),
    openFiles: Math.max(others + programs * STDIO_FILES, atOnce),
  };
}

/**
 * Sockets of creations sent before any answer, and of polling what they make; idle ones stay open for
 * seconds. For a schedule the number is not known.
 */
function countRequestsAtOnce({
  users,
  workspaces,
  concurrency,
  existing,
  arrival,
  login,
}: CountedLoad): number {
  if (existing !== undefined) return 0;
  const turns = concurrency === 0 ? Infinity : concurrency;
  return Math.max(
    login === "host" ? 0 : Math.min(users, turns),
    arrival === undefined ? 2 * Math.min(workspaces, turns) : 0,
  );
}
