import { userInfo } from "node:os";
import { openOwnCluster } from "../../composition/own-cluster/open.ts";
import type { Io } from "../../composition/settings/io.ts";
import { workerProgram } from "../../composition/worker-program.ts";
import { isLoopback } from "../../model/cloud/origin.ts";
import type { LoadRunner, TaskOptions, WorkerEvent } from "../../model/ports/worker.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import { besideCoderWords, generatorNodes } from "../../model/record/generator-place.ts";
import { run12 } from "../../model/run-id.ts";
import { RefbenchError } from "../../tools/error.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { jobCluster, type JobCluster } from "../../workload/pods/cluster.ts";
import { canStayApart, findCoderNodes } from "../../workload/pods/coder-nodes.ts";
import { jobWorkerRunner } from "../../workload/pods/job-runner.ts";
import { GENERATOR_IMAGE } from "../../../reference-architectures/artefacts/generator-image.ts";
import type { PodNeeds } from "../../workload/pods/manifests.ts";
import { requireRights } from "../../workload/pods/require-rights.ts";
import { createNamespace, removeNamespace } from "../../workload/pods/namespace.ts";
import { planPods, podNeeds } from "../../workload/pods/pod-needs.ts";
import type { LoadFlags } from "../request/flags.ts";

/** The pods that make a load. */
export interface JobGenerator {
  readonly worker: LoadRunner;
  /** What is made and where, in words. */
  readonly plan: string;
  /** The conditions of a load that they made, in words. */
  readonly conditions: () => Promise<readonly string[]>;
  /** What could not be removed, in words. */
  readonly left: () => readonly string[];
}

/** Beyond the time that a load may take: nothing of it may be removed while it runs. */
const EXPIRES_AFTER_MS = 2 * 3_600_000;
const LONGEST_MS = 24 * 3_600_000;
const REMOVING_MS = 3 * 60_000;
const ASKING_MS = 30_000;

/** Refuses a task that no pod can do. */
function refuseTask({ deployment }: LoadTask): void {
  const refuse = (message: string): never => {
    throw new RefbenchError("usage", message);
  };
  if (isLoopback(deployment.url))
    refuse(
      `${deployment.url} is an address of this machine, which no pod reaches: give the deployment's address in its network with --url`,
    );
  if (deployment.coderBinary !== undefined)
    refuse(
      "SSH with a coder binary of this machine cannot come from pods: let them run the one that the deployment offers with --ssh-client offered, or omit --ssh-share",
    );
}

/**
 * Opens the cluster of a load by pods. Creates nothing: the namespace and the Job are made with the load, and removed
 * with it.
 */
export async function openJobGenerator(
  flags: LoadFlags,
  io: Io,
  { runId, task }: { readonly runId: string; readonly task: LoadTask },
): Promise<JobGenerator> {
  refuseTask(task);
  const { access, place } = await openOwnCluster(flags, io);
  const { context } = place;
  const cluster = jobCluster(`context ${context}`, access, systemClock);
  const { parts } = planPods(task);
  const needs = podNeeds(task, parts);
  const namespace = flags.loadNamespace ?? `bench-${run12(runId)}-load`;
  const labels = labelsOf(runId, flags.timeout);
  const left: string[] = [];
  const image = flags.image ?? GENERATOR_IMAGE;
  const runner = jobWorkerRunner({
    cluster,
    program: workerProgram,
    place: { namespace, labels, image, needs: () => needs },
    apartFromCoder: (signal) => canStayApart(cluster, {}, signal),
    onLeft: (some) => left.push(...some),
  });
  let last: LoadResult | undefined;
  const inNamespace = async (asked: LoadTask, options: TaskOptions): Promise<LoadResult> => {
    const isMade = flags.loadNamespace === undefined;
    await requireRights(cluster, { namespace, isMade }, options.signal);
    if (!isMade) return runner.load(asked, options);
    try {
      await createNamespace(cluster, { name: namespace, labels }, options.signal);
      return await runner.load(asked, options);
    } finally {
      const signal = AbortSignal.timeout(REMOVING_MS);
      const remains = await removeNamespace(cluster, namespace, { clock: systemClock, signal });
      // What was left in it is gone with it.
      left.length = 0;
      if (remains !== undefined) left.push(remains);
    }
  };
  const worker: LoadRunner = {
    load: async (asked, options) => {
      const begun = new AbortController();
      const onEvent = (event: WorkerEvent): void => {
        if (event.type !== "note") begun.abort();
        options.onEvent(event);
      };
      try {
        return (last = await inNamespace(asked, { ...options, onEvent }));
      } catch (error) {
        // Nothing was created on the deployment, and nothing in the cluster remains.
        const isRefusal = error instanceof RefbenchError && error.code === "infrastructure";
        if (begun.signal.aborted || left.length > 0 || !isRefusal) throw error;
        throw new RefbenchError("usage", error.message, { cause: error });
      }
    },
  };
  return {
    worker,
    plan: describePods({ parts, needs, namespace, context, image, server: access.server }),
    conditions: () => listConditions(cluster, last, { parts, image }),
    left: () => left,
  };
}

function describePods({
  parts,
  needs,
  namespace,
  context,
  image,
  server,
}: {
  readonly parts: number;
  readonly needs: PodNeeds;
  readonly namespace: string;
  readonly context: string;
  readonly image: string;
  readonly server: string;
}): string {
  const pods = parts === 1 ? "1 pod" : `${parts} pods`;
  return `${pods} of ${needs.memoryMib} MiB and ${needs.cpuMillis / 1000} CPU in namespace ${namespace} of context ${context} (${server}); image ${image}`;
}

async function listConditions(
  cluster: JobCluster,
  result: LoadResult | undefined,
  { parts, image }: { readonly parts: number; readonly image: string },
): Promise<readonly string[]> {
  const nodes = generatorNodes(result?.generator);
  const pods = parts === 1 ? "1 pod" : `${parts} pods`;
  const own = `generator: ${pods} of a Job on ${nodes.length === 0 ? "unknown nodes" : nodes.join(", ")}, image ${image}`;
  let coder: ReadonlySet<string> | undefined;
  try {
    coder = await findCoderNodes(cluster, AbortSignal.timeout(ASKING_MS));
  } catch {
    // The cluster does not answer: the condition says that it is not known.
  }
  return [own, ...besideCoderWords(nodes, coder)];
}

/** Labels by which a sweep finds what a dead load left. */
function labelsOf(runId: string, timeoutMs: number): Readonly<Record<string, string>> {
  const forMs = (timeoutMs === 0 ? LONGEST_MS : timeoutMs) + EXPIRES_AFTER_MS;
  const user = userInfo()
    .username.toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "-");
  return {
    "bench-run": runId,
    "bench-env": "scaletest",
    "bench-owner": /^[a-z0-9]/.test(user) ? user.slice(0, 63) : "unknown",
    "bench-expires": String(Math.ceil(new Date(systemClock.now()).setMilliseconds(forMs) / 1000)),
    "bench-managed": "cdktf",
  };
}
