import { bundle } from "../../rehearsal/bundle.ts";
import { type LoadTask, SHARED_MACHINE_LIMITS } from "../../harness/model/ports/worker-task.ts";
import { localWorkerRunner } from "../../harness/workload/worker-process/local-runner.ts";
import { LEAN_NODE } from "../../harness/workload/worker-process/lean-process.ts";
import { phaseLatencies } from "./phase-latencies.ts";
import type { LoadRunner } from "../../harness/model/ports/worker.ts";
import { countParts } from "../../harness/workload/parts/plan-parts.ts";
import { splitRunner } from "../../harness/workload/parts/split-runner.ts";
import { ProcessUsage, type Usage } from "./process-usage.ts";
import { programSource } from "../../harness/model/programs.ts";

/** As the headline of the seeds: 8,800 terminals and 1,200 SSH sessions. */
const SSH_SHARE = 0.12;
/** As many for each connection at every size, so that sizes can be compared: 500 a second at 10,000. */
const COMMANDS_PER_CONNECTION = 0.05;
const HOLD_MS = 20_000;
const OPENS_PER_SECOND = 500;

/** The generator's cost for this many connections, and their latencies. */
export interface MixedLoad {
  readonly connections: number;
  /** Worker processes. */
  readonly workers: number;
  readonly held: number;
  readonly failures: number;
  /** Highest resident memory of the generator's processes, all of their work included. */
  readonly peakMib: number;
  readonly holdMib: number;
  readonly cpuMsPerOpen: number;
  /** Share of one core, while all are held and run commands. */
  readonly holdCpuShare: number;
  readonly cpuMsPerCommand: number;
  readonly commandsPerSecond: number;
  /** CPU seconds of the generator's own processes over the whole load, with those of the observer. */
  readonly cpuSeconds: number;
  readonly observerCpuSeconds: number;
  /** Samples of what was observed. */
  readonly samples: number;
  readonly latencyMs: Readonly<Record<string, { readonly p50: number; readonly p99: number }>>;
}

/** Runs the workload's own program against the emulator and measures its process. */
export async function mixedLoad(
  coder: { readonly url: string; readonly token: string },
  connections: number,
  observe?: LoadTask["observe"],
): Promise<MixedLoad> {
  const command = [process.execPath, ...LEAN_NODE, await bundle(programSource("worker"))] as const;
  const usages: ProcessUsage[] = [];
  const signal = new AbortController().signal;
  const task = { ...mixedTask(coder, { connections }), ...(observe === undefined ? {} : { observe }) };
  const local = localWorkerRunner({ command });
  // Split here, as a worker splits itself, so that each process can be watched.
  const watched: LoadRunner = {
    load: (part, options) =>
      local.load(part, {
        ...options,
        onEvent: (event) => {
          if (event.type === "hello") usages.push(new ProcessUsage(event.pid));
          options.onEvent(event);
        },
      }),
  };
  const result = await splitRunner(watched, countParts(task)).load(task, {
    signal,
    onEvent: (event) => {
      if (event.type === "progress") for (const usage of usages) usage.now(event.progress.activity);
    },
  });
  for (const usage of usages) usage.stop();
  if (usages.length === 0) throw new Error("the worker sent no hello");
  const peakMib = usages.reduce((sum, usage) => sum + usage.peakMib(), 0);
  const observerCpuSeconds = result.observation?.cost.cpuSeconds ?? 0;
  const [ramp, hold] = [sumOf(usages, "connecting"), sumOf(usages, "holding")];
  const { commandsPerSecond } = task.connections;
  const commands = hold.seconds * commandsPerSecond;
  return {
    connections,
    workers: usages.length,
    held: result.connections.held,
    failures: result.failures.reduce((sum, { count }) => sum + count, 0),
    peakMib: Math.max(peakMib, result.generator.maxRssMib),
    holdMib: hold.rssMib,
    cpuMsPerOpen: (ramp.cpuSeconds * 1000) / connections,
    holdCpuShare: hold.cpuSeconds / hold.seconds,
    cpuMsPerCommand: (hold.cpuSeconds * 1000) / commands,
    commandsPerSecond,
    cpuSeconds: result.generator.cpuSeconds + observerCpuSeconds,
    observerCpuSeconds,
    samples: result.observation?.samples ?? 0,
    latencyMs: phaseLatencies(result, ["terminal-first-byte", "ssh-handshake", "held-command"]),
  };
}

/** The use of all workers together during one activity. */
function sumOf(usages: readonly ProcessUsage[], activity: string): Usage {
  const each = usages.map((usage) => usage.of(activity));
  return {
    seconds: Math.max(...each.map(({ seconds }) => seconds)),
    cpuSeconds: each.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    rssMib: each.reduce((sum, { rssMib }) => sum + rssMib, 0),
  };
}

export interface MixedTaskOptions {
  readonly connections: number;
  /** @default one for each SSH session */
  readonly workspaces?: number;
  /** @default 500 */
  readonly opensPerSecond?: number;
  /** @default one for each 20 connections */
  readonly commandsPerSecond?: number;
  /** @default 20 s */
  readonly holdMs?: number;
}

/** A load of terminals and SSH sessions, as the headline of the seeds. */
export function mixedTask(
  coder: { readonly url: string; readonly token: string },
  options: MixedTaskOptions,
): LoadTask {
  const { connections } = options;
  const workspaces = options.workspaces ?? Math.max(1, Math.round(connections * SSH_SHARE));
  return {
    task: "load",
    deployment: { url: coder.url, ssh: "tunnel" },
    token: coder.token,
    prefix: `bench-${connections}`,
    template: "kubernetes",
    parameters: {},
    users: workspaces,
    workspaces,
    firstIndex: 0,
    concurrency: 50,
    cleanupConcurrency: 50,
    command: "echo hello",
    expectOutput: "hello",
    connections: {
      total: connections,
      sshShare: SSH_SHARE,
      rampPerSecond: options.opensPerSecond ?? OPENS_PER_SECOND,
      holdMs: options.holdMs ?? HOLD_MS,
      commandsPerSecond: options.commandsPerSecond ?? connections * COMMANDS_PER_CONNECTION,
    },
    timeouts: {
      buildMs: 60_000,
      agentMs: 60_000,
      connectMs: 30_000,
      commandMs: 30_000,
      deleteMs: 60_000,
    },
    // The emulator shares the machine.
    generatorLimits: SHARED_MACHINE_LIMITS,
    workspaceTtlMs: 3_600_000,
  };
}
