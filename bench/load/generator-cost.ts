import { readFileSync } from "node:fs";
import type { LoadRunner, WorkerEvent } from "../../harness/model/ports/worker.ts";
import type { LoadResult } from "../../harness/model/record/worker-result.ts";
import type { LoadTask } from "../../harness/model/ports/worker-task.ts";
import { bundle } from "../../rehearsal/bundle.ts";
import type { CoderUtility } from "../../harness/workload/coder-engine/find-utility.ts";
import { coderWorkerRunner } from "../../harness/workload/coder-engine/worker-runner.ts";
import { LEAN_NODE } from "../../harness/workload/worker-process/lean-process.ts";
import { localWorkerRunner } from "../../harness/workload/worker-process/local-runner.ts";
import { ProcessUsage } from "./process-usage.ts";
import { firstOf, loadOnWorkspaces, type RealDeployment } from "./real-deployment.ts";
import { programSource } from "../../harness/model/programs.ts";

/** Clock ticks of /proc/<pid>/stat; the kernel's interface fixes them. */
const CLOCK_TICKS = 100;

/** The traffic of every terminal, for both generators. */
export interface Traffic {
  readonly bytesPerTick: number;
  readonly tickMs: number;
  readonly holdMs: number;
}

/** The cost of one generator process from start to end, and the traffic that it carried. */
export interface GeneratorCost {
  readonly terminals: number;
  readonly held: number;
  /** Terminals that answered a nonce; Coder's utility verifies none. */
  readonly verified: number;
  readonly failures: number;
  readonly ticks: number;
  readonly bytes: { readonly sent: number; readonly received: number };
  /** Highest resident memory. */
  readonly peakMib: number;
  readonly cpuSeconds: number;
}

/** The workload's own program, bundled as it is brought to a load runner. */
export function bundledWorkload(): Promise<string> {
  return bundle(programSource("worker"));
}

/** Measures the workload's own program. */
export async function costOfRefbench(
  program: string,
  deployment: RealDeployment,
  { terminals, traffic }: { readonly terminals: number; readonly traffic: Traffic },
): Promise<GeneratorCost> {
  const runner = localWorkerRunner({ command: [process.execPath, ...LEAN_NODE, program] });
  let usage: ProcessUsage | undefined;
  const cost = await measured(runner, taskOf(deployment, terminals, traffic), traffic, (event) => {
    if (event.type === "hello") usage = new ProcessUsage(event.pid);
  });
  usage?.stop();
  return { ...cost, peakMib: usage?.peakMib() ?? cost.peakMib };
}

/** Measures Coder's own utility, as `--engine coder` runs it: `coder exp scaletest workspace-traffic`. */
export async function costOfCoder(
  utility: CoderUtility,
  deployment: RealDeployment,
  { terminals, traffic }: { readonly terminals: number; readonly traffic: Traffic },
): Promise<GeneratorCost> {
  const runner = coderWorkerRunner({ utility, env: process.env });
  return measured(runner, taskOf(deployment, terminals, traffic), traffic, () => undefined);
}

function taskOf(deployment: RealDeployment, terminals: number, traffic: Traffic): LoadTask {
  const { bytesPerTick, tickMs, holdMs } = traffic;
  return loadOnWorkspaces(deployment, {
    existing: firstOf(Math.min(terminals, deployment.workspaces)),
    connections: { total: terminals, sshShare: 0, rampPerSecond: 50, holdMs, commandsPerSecond: 0 },
    traffic: { bytesPerTick, tickMs },
  });
}

async function measured(
  runner: LoadRunner,
  task: LoadTask,
  traffic: Traffic,
  onEvent: (event: WorkerEvent) => void,
): Promise<GeneratorCost> {
  const before = endedChildrenCpuSeconds();
  const result = await runner.load(task, { signal: new AbortController().signal, onEvent });
  const cpuSeconds = endedChildrenCpuSeconds() - before;
  const { connections, failures, generator } = result;
  const { bytes = { sent: 0, received: 0 } } = connections;
  return {
    terminals: task.connections.total,
    ...{ held: connections.held, verified: connections.verified },
    failures: failures.reduce((sum, { count }) => sum + count, 0),
    ticks: ticksOf(connections, traffic),
    ...{ bytes, peakMib: generator.maxRssMib, cpuSeconds },
  };
}

/** refbench counts complete answers; Coder's utility reports only bytes. */
function ticksOf(
  { traffic, bytes }: LoadResult["connections"],
  { bytesPerTick }: Pick<Traffic, "bytesPerTick">,
): number {
  return traffic?.back ?? Math.round((bytes?.sent ?? 0) / bytesPerTick);
}

/**
 * Processor time of this process's children that have ended, to the end of each. While a load is measured the
 * generator is the only one that ends: server, database and agents stay.
 */
function endedChildrenCpuSeconds(): number {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / CLOCK_TICKS;
}
