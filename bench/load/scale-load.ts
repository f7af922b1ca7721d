import type { LoadRunner, WorkerEvent } from "../../harness/model/ports/worker.ts";
import type { LoadResult } from "../../harness/model/record/worker-result.ts";
import { programSource } from "../../harness/model/programs.ts";
import { bundle } from "../../rehearsal/bundle.ts";
import { LEAN_NODE } from "../../harness/workload/worker-process/lean-process.ts";
import { localWorkerRunner } from "../../harness/workload/worker-process/local-runner.ts";
import { splitRunner } from "../../harness/workload/parts/split-runner.ts";
import { startEmulatorProcess } from "./emulator-process.ts";
import { mixedTask, type MixedTaskOptions } from "./mixed-load.ts";
import { ProcessUsage } from "./process-usage.ts";

/** What one side of the load used: all workers, or all emulators. */
export interface SideCost {
  readonly processes: number;
  /** Highest resident memory of each, added up. */
  readonly peakMib: number;
  /** Highest resident memory of each before any connection, added up. */
  readonly emptyMib: number;
  readonly openCpuSeconds: number;
  readonly holdCpuSeconds: number;
  /** CPU in cores, by what the load did. */
  readonly cores: Readonly<Record<string, number>>;
}

/** A load over several local workers, each of which reaches its own emulator. */
export interface ScaleLoad {
  readonly connections: number;
  readonly held: number;
  readonly verified: number;
  readonly failures: LoadResult["failures"];
  readonly lostParts: LoadResult["lostParts"];
  readonly limited: readonly string[];
  /** Requests of the API probe that failed, by what the load did meanwhile and the second at which it was. */
  readonly failedProbes: readonly string[];
  readonly openSeconds: number;
  readonly holdSeconds: number;
  readonly workers: SideCost;
  readonly emulators: SideCost;
}

/**
 * Runs the load from this many workers. Each emulator has its own loopback address: one address has some 28,000
 * local ports, and one process as many files as its limit.
 */
export async function scaleLoad(
  workers: number,
  options: MixedTaskOptions,
  say: (text: string) => void,
): Promise<ScaleLoad> {
  const coders: Emulator[] = [];
  try {
    for (let index = 0; index < workers; index++)
      coders.push(await startEmulatorProcess({ host: `127.0.0.${index + 2}` }));
    return await loadAll(coders, options, say);
  } finally {
    await Promise.all(coders.map((coder) => coder[Symbol.asyncDispose]()));
  }
}

type Emulator = Awaited<ReturnType<typeof startEmulatorProcess>>;

async function loadAll(
  coders: readonly Emulator[],
  options: MixedTaskOptions,
  say: (text: string) => void,
): Promise<ScaleLoad> {
  const [first] = coders;
  if (first === undefined) throw new RangeError("a load has at least one worker");
  const command = [process.execPath, ...LEAN_NODE, await bundle(programSource("worker"))] as const;
  const local = localWorkerRunner({ command });
  const servers = coders.map(({ pid }) => new ProcessUsage(pid));
  const usages: ProcessUsage[] = [];
  const watched: LoadRunner = {
    load: (part, taskOptions) => {
      const { url, token } = coders[part.part?.index ?? 0] ?? first;
      return local.load(
        { ...part, token, deployment: { ...part.deployment, url } },
        {
          ...taskOptions,
          onEvent: (event) => {
            if (event.type === "hello") usages.push(new ProcessUsage(event.pid));
            taskOptions.onEvent(event);
          },
        },
      );
    },
  };
  let activity = "";
  const activities: string[] = [];
  const onEvent = (event: WorkerEvent): void => {
    if (event.type === "note") say(event.message);
    if (event.type !== "progress" || event.progress.activity === activity) return;
    activity = event.progress.activity;
    activities.push(activity);
    say(activity);
    for (const usage of [...usages, ...servers]) usage.now(activity);
  };
  const { signal } = new AbortController();
  const result = await splitRunner(watched, coders.length).load(mixedTask(first, options), {
    signal,
    onEvent,
  });
  for (const usage of [...usages, ...servers]) usage.stop();
  return {
    connections: result.connections.asked,
    held: result.connections.held,
    verified: result.connections.verified,
    failures: result.failures,
    lostParts: result.lostParts,
    limited: result.generator.reasons,
    failedProbes: (result.windows ?? []).flatMap(({ startMs, activity, probe }) =>
      (probe?.errors ?? 0) === 0 ? [] : [`${probe?.errors} at ${Math.round(startMs / 1000)} s (${activity})`],
    ),
    openSeconds: Math.max(...usages.map((usage) => usage.of("connecting").seconds)),
    holdSeconds: Math.max(...usages.map((usage) => usage.of("holding").seconds)),
    workers: costOf(usages, activities),
    emulators: costOf(servers, activities),
  };
}

function costOf(usages: readonly ProcessUsage[], activities: readonly string[]): SideCost {
  const sum = (read: (usage: ProcessUsage) => number): number =>
    usages.reduce((total, usage) => total + read(usage), 0);
  const before = (usage: ProcessUsage): number =>
    Math.max(...BEFORE.map((activity) => usage.of(activity).rssMib));
  return {
    processes: usages.length,
    peakMib: sum((usage) => Math.max(...usage.all().map(({ rssMib }) => rssMib))),
    emptyMib: sum(before),
    openCpuSeconds: sum((usage) => usage.of("connecting").cpuSeconds),
    holdCpuSeconds: sum((usage) => usage.of("holding").cpuSeconds),
    cores: Object.fromEntries(
      activities.map((activity) => [
        activity,
        sum((usage) => usage.of(activity).cpuSeconds / Math.max(1, usage.of(activity).seconds)),
      ]),
    ),
  };
}

/** Activities before the first connection is opened. */
const BEFORE = ["starting", "creating users", "creating workspaces"] as const;
