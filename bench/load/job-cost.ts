import { randomBytes } from "node:crypto";
import { readKubeconfig } from "../../harness/kubernetes/kubeconfig.ts";
import type { LoadRunner, WorkerEvent } from "../../harness/model/ports/worker.ts";
import { programSource } from "../../harness/model/programs.ts";
import type { LoadResult } from "../../harness/model/record/worker-result.ts";
import { systemClock } from "../../harness/tools/time/clock.ts";
import { jobCluster } from "../../harness/workload/pods/cluster.ts";
import { jobWorkerRunner } from "../../harness/workload/pods/job-runner.ts";
import { podNeeds } from "../../harness/workload/pods/pod-needs.ts";
import { LEAN_NODE } from "../../harness/workload/worker-process/lean-process.ts";
import { localWorkerRunner } from "../../harness/workload/worker-process/local-runner.ts";
import { bundle } from "../../rehearsal/bundle.ts";
import { startEmulatorProcess } from "./emulator-process.ts";
import { mixedTask, type MixedTaskOptions } from "./mixed-load.ts";
import { phaseLatencies } from "./phase-latencies.ts";

/** The cluster whose pods make the load, and the address at which they reach this machine. */
export interface JobPlaceAsked {
  readonly kubeconfig: string;
  readonly context: string;
  readonly image: string;
  readonly host: string;
}

/** What a load cost its generator. */
export interface GeneratorCostOfLoad {
  readonly workers: number;
  readonly connections: number;
  readonly held: number;
  readonly failures: number;
  readonly cpuMsPerConnection: number;
  readonly mib: number;
  readonly latencyMs: ReturnType<typeof phaseLatencies>;
}

/**
 * The same emulator, on an address that pods reach, with one local worker of a part's size and with a Job of all
 * parts: what a connection costs each.
 */
export async function jobBesideLocal(
  place: JobPlaceAsked,
  parts: number,
  options: MixedTaskOptions,
  say: (text: string) => void,
): Promise<{ readonly local: GeneratorCostOfLoad; readonly job: GeneratorCostOfLoad }> {
  const share = (value: number): number => Math.ceil(value / parts);
  const ofPart = {
    ...options,
    connections: share(options.connections),
    workspaces: share(options.workspaces ?? parts),
    opensPerSecond: share(options.opensPerSecond ?? parts),
    commandsPerSecond: share(options.commandsPerSecond ?? parts),
  };
  const command = [process.execPath, ...LEAN_NODE, await bundle(programSource("worker"))] as const;
  const local = await costOf(localWorkerRunner({ command }), place, ofPart, 1, say);
  const { access } = await readKubeconfig({
    file: place.kubeconfig,
    context: place.context,
    env: process.env,
  });
  const cluster = jobCluster(`context ${place.context}`, access, systemClock);
  const namespace = `bench-${randomBytes(6).toString("hex")}-load`;
  const { signal } = new AbortController();
  const made = await cluster.call("POST", "/api/v1/namespaces", signal, {
    ...{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
  });
  if (made.state !== "ok") throw new Error(`the namespace ${namespace} cannot be made: ${made.reason}`);
  try {
    const runner = jobWorkerRunner({
      cluster,
      place: { namespace, labels: {}, image: place.image, needs: podNeeds },
      program: () => bundle(programSource("worker")),
    });
    return { local, job: await costOf(runner, place, options, parts, say) };
  } finally {
    await cluster.call("DELETE", `/api/v1/namespaces/${namespace}`, signal);
  }
}

/** Runs the load against a server of its own, so that none inherits another's memory. */
async function costOf(
  runner: LoadRunner,
  { host }: JobPlaceAsked,
  options: MixedTaskOptions,
  parts: number,
  say: (text: string) => void,
): Promise<GeneratorCostOfLoad> {
  await using coder = await startEmulatorProcess({ host });
  const { signal } = new AbortController();
  let activity = "";
  const onEvent = (event: WorkerEvent): void => {
    if (event.type === "note") say(event.message);
    if (event.type !== "progress" || event.progress.activity === activity) return;
    activity = event.progress.activity;
    say(activity);
  };
  const result = await runner.load({ ...mixedTask(coder, options), parts }, { signal, onEvent });
  return described(result, parts);
}

function described(result: LoadResult, workers: number): GeneratorCostOfLoad {
  const { connections, generator, failures } = result;
  return {
    workers,
    connections: connections.asked,
    held: connections.held,
    failures: failures.reduce((sum, { count }) => sum + count, 0),
    cpuMsPerConnection: (generator.cpuSeconds * 1000) / connections.asked,
    mib: generator.maxRssMib,
    latencyMs: phaseLatencies(result, ["terminal-first-byte", "held-command"]),
  };
}

/** Both costs, and the Job's as a multiple of the local worker's. */
export function jobLines({ local, job }: Awaited<ReturnType<typeof jobBesideLocal>>): string[] {
  const kib = ({ mib, connections }: GeneratorCostOfLoad): number => (mib * 1024) / connections;
  const line = (name: string, cost: GeneratorCostOfLoad): string => {
    const latencies = Object.entries(cost.latencyMs).map(
      ([phase, { p50, p99 }]) => `${phase} p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} ms`,
    );
    return `${name}: held ${cost.held} of ${cost.connections}, failures ${cost.failures}; ${cost.cpuMsPerConnection.toFixed(2)} ms of CPU and ${kib(cost).toFixed(0)} KiB a connection, ${cost.mib} MiB; ${latencies.join("; ")}`;
  };
  return [
    line("one local worker", local),
    line(`a Job of ${job.workers} pods`, job),
    `the Job over the local worker: CPU a connection × ${(job.cpuMsPerConnection / local.cpuMsPerConnection).toFixed(2)}, memory × ${(kib(job) / kib(local)).toFixed(2)} (of the workers, without what else runs in a pod)`,
  ];
}
