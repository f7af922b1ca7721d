import { RefbenchError } from "../../tools/error.ts";
import type {
  LoadRunner,
  TaskKind,
  TaskOf,
  TaskOptions,
  TaskResults,
  WorkerEvent,
  WorkerRunner,
} from "../../model/ports/worker.ts";
import type { LoadTask, WorkerTask } from "../../model/ports/worker-task.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import { type Clock, systemClock } from "../../tools/time/clock.ts";
import { explainFewerParts } from "../parts/plan-parts.ts";
import { splitRunner } from "../parts/split-runner.ts";
import { ClockRounds } from "../remote/clock-rounds.ts";
import { type HostedOptions, runHosted } from "../remote/hosted-runner.ts";
import { awaitPods } from "./await-pods.ts";
import type { JobCluster } from "./cluster.ts";
import { createJob, removeJob } from "./job.ts";
import { type JobPlace, planJob } from "./job-plan.ts";
import type { JobPlan } from "./manifests.ts";
import { PodHost } from "./pod-host.ts";
import { planPods } from "./pod-needs.ts";
import { packProgram } from "./program.ts";

const MINUTE_MS = 60_000;
/** An API server that is upgraded is away for minutes; the load goes on meanwhile. */
const LOST_MS = 10 * MINUTE_MS;
const UNATTENDED_MS = 15 * MINUTE_MS;
/** Removing ends after this long, also where the cluster does not answer. */
const REMOVING_MS = 3 * MINUTE_MS;
/** The cluster is asked for no longer how a pod ended. */
const EXPLAINED_MS = 30_000;

export interface JobRunnerOptions extends Omit<HostedOptions, "clock"> {
  readonly cluster: JobCluster;
  readonly place: JobPlace;
  /** Path of the worker bundled into one file. */
  readonly program: () => Promise<string>;
  /** @default the system's */
  readonly clock?: Clock;
  /** Whether every pod must stay off Coder's machines. @default only preferred */
  readonly apartFromCoder?: (signal: AbortSignal) => Promise<boolean>;
  /** The longest that pods may fail to start for one reason. @default as long as such a reason may pass */
  readonly patienceMs?: number;
  /** Receives what could not be removed, in words. */
  readonly onLeft?: (left: readonly string[]) => void;
}

/**
 * Runs each task in the pods of one Indexed Job, a pod for each part. No part begins before every pod can be reached.
 * The Job is removed at every end; one whose harness died ends by itself.
 */
export function jobWorkerRunner(options: JobRunnerOptions): WorkerRunner {
  const runAlone = <K extends TaskKind>(task: TaskOf<K>, taskOptions: TaskOptions): Promise<TaskResults[K]> =>
    withJob(task, 1, taskOptions, options, (job) => runPart(task, taskOptions, job));
  return {
    bootstrap: runAlone<"bootstrap">,
    issueKey: runAlone<"issueKey">,
    drain: runAlone<"drain">,
    load: (task, taskOptions) => {
      const pods = planPods(task, options.place.memoryMib);
      const message = explainFewerParts(task, pods);
      if (message !== undefined) taskOptions.onEvent({ type: "note", message });
      const { parts } = pods;
      return withJob(task, parts, taskOptions, options, async (job) => {
        const runner: LoadRunner = { load: (part, partOptions) => runLoadPart(part, partOptions, job) };
        return (parts === 1 ? runner : splitRunner(runner, parts)).load(task, taskOptions);
      });
    },
  };
}

/** A Job whose pods can be reached. */
interface RunningJob extends HostedOptions {
  readonly cluster: JobCluster;
  readonly clock: Clock;
  readonly plan: JobPlan;
}

/** Makes the Job of a task, does the work, and removes the Job in any case. */
async function withJob<T>(
  task: WorkerTask,
  parts: number,
  { signal, onEvent }: TaskOptions,
  options: JobRunnerOptions,
  work: (job: RunningJob) => Promise<T>,
): Promise<T> {
  const {
    cluster,
    place,
    program,
    apartFromCoder,
    patienceMs,
    onLeft,
    clock = systemClock,
    ...hosted
  } = options;
  const note = (message: string): void => onEvent({ type: "note", message });
  const unattendedMs = options.unattendedMs ?? UNATTENDED_MS;
  const packed = await packProgram(await program());
  const isApart = (await apartFromCoder?.(signal)) ?? false;
  const plan = planJob(task, place, { parts, unattendedMs, apartFromCoder: isApart });
  note(`Job ${plan.name} in namespace ${plan.namespace} of ${cluster.name}: ${describePlan(plan)}`);
  try {
    signal.throwIfAborted();
    await createJob(cluster, plan, packed, signal);
    await awaitPods({ cluster, plan, clock, signal, onNote: note, patienceMs });
    return await work({ lostMs: LOST_MS, ...hosted, cluster, clock, unattendedMs, plan });
  } catch (error) {
    if (!signal.aborted || error instanceof RefbenchError) throw error;
    throw new RefbenchError("interrupted", "stopped before the task was sent to its pods", { cause: error });
  } finally {
    await remove(cluster, plan, clock, onLeft ?? ((left) => note(`not removed: ${left.join("; ")}`)));
  }
}

function describePlan({ parts, needs }: JobPlan): string {
  const pods = parts === 1 ? "1 pod" : `${parts} pods`;
  return `${pods} of ${needs.memoryMib} MiB and ${needs.cpuMillis / 1000} CPU`;
}

/** Runs a part of a load, or a whole one, in the pod of its index. */
async function runLoadPart(task: LoadTask, taskOptions: TaskOptions, job: RunningJob): Promise<LoadResult> {
  const rounds = new ClockRounds();
  const place: { node?: string | undefined } = {};
  const placed = (result: LoadResult): LoadResult => placeResult(result, rounds, place.node);
  const onEvent = (event: WorkerEvent): void =>
    taskOptions.onEvent(event.type === "measured" ? { ...event, result: placed(event.result) } : event);
  const found = { index: task.part?.index ?? 0, rounds, onNode: (node?: string) => (place.node = node) };
  return placed(await runPart(task, { ...taskOptions, onEvent }, job, found));
}

async function runPart<K extends TaskKind>(
  task: TaskOf<K>,
  taskOptions: TaskOptions,
  { cluster, plan, ...options }: RunningJob,
  found: {
    readonly index: number;
    readonly rounds?: ClockRounds;
    /** Receives the node of the pod. */
    readonly onNode?: (node: string | undefined) => void;
  } = { index: 0 },
): Promise<TaskResults[K]> {
  let host: PodHost | undefined;
  try {
    return await runHosted(task, taskOptions, {
      ...options,
      ...(found.rounds === undefined ? {} : { rounds: found.rounds }),
      openHost: (hosted) => {
        const bytes = Buffer.from(JSON.stringify(hosted));
        host = new PodHost({
          cluster,
          clock: options.clock,
          plan,
          index: found.index,
          task: bytes,
          onNode: found.onNode,
        });
        return Promise.resolve(host);
      },
    });
  } catch (error) {
    if (taskOptions.signal.aborted) throw error;
    throw (await host?.explainLoss(error, AbortSignal.timeout(EXPLAINED_MS))) ?? error;
  }
}

/** Adds what only this side knows: the node, and how far the pod's clock is from this machine's. */
function placeResult(result: LoadResult, rounds: ClockRounds, node: string | undefined): LoadResult {
  const { generator } = result;
  const clock = rounds.result();
  return {
    ...result,
    generator: {
      ...generator,
      ...(clock === undefined ? {} : { clock }),
      ...(generator.place === undefined || node === undefined ? {} : { place: { ...generator.place, node } }),
    },
  };
}

async function remove(
  cluster: JobCluster,
  plan: JobPlan,
  clock: Clock,
  onLeft: (left: readonly string[]) => void,
): Promise<void> {
  try {
    const left = await removeJob(cluster, plan, { clock, signal: AbortSignal.timeout(REMOVING_MS) });
    if (left.length > 0) onLeft(left);
  } catch {
    onLeft([
      `Job ${plan.name} with its pods in namespace ${plan.namespace} of ${cluster.name}, which did not answer`,
    ]);
  }
}
