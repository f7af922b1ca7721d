import type { Size } from "../../../reference-architectures/architecture.ts";
import type { LoadTask, WorkerTask } from "../../model/ports/worker-task.ts";
import { type CountedLoad, MEASURED_COSTS } from "../parts/part-costs.ts";
import { type PartPlace, planParts, type PartsPlan } from "../parts/plan-parts.ts";
import type { PodNeeds } from "./manifests.ts";

/** What a pod may have for itself: memory that a usual node has, and the local ports of its own address. */
export const POD_PLACE = { memoryMib: 16_384, localPorts: 28_232 } as const satisfies PartPlace;

/** The main process of a pod and `attach`, each a Node that has loaded little, and the files of the task. */
const OVERHEAD_MIB = 64 + 64 + 64;
/** More than measured, for moments in which much is made at once. */
const RESERVE = 1.25;
/** A worker is one thread, and its connections need little: this also leaves room for four on a node of two cores. */
const LEAST_LOAD_MILLIS = 200;
const IDLE_MILLIS = 100;

/** What decides the pods of a load. */
export type PodLoad = CountedLoad & { readonly deployment: Pick<LoadTask["deployment"], "url"> };

/** The parts of a load in pods, each with at most this much memory. */
export function planPods(task: PodLoad, memoryMib: number = POD_PLACE.memoryMib): PartsPlan {
  return planParts(task, { ...POD_PLACE, memoryMib, isTls: task.deployment.url.startsWith("https:") });
}

/** What one pod of a task needs, as measured. */
export function podNeeds(task: WorkerTask, parts: number): PodNeeds {
  return task.task === "load" ? loadPodNeeds(task, parts) : SMALL_NEEDS;
}

const memoryMib = (workerMib: number): number => Math.ceil(OVERHEAD_MIB + workerMib * RESERVE);

/** A worker that creates a template or deletes what is left holds no connections. */
export const SMALL_NEEDS: PodNeeds = {
  memoryMib: memoryMib(MEASURED_COSTS.workerMib),
  cpuMillis: IDLE_MILLIS,
};

/** What each of a load's pods needs, as measured. */
export function loadPodNeeds(task: PodLoad, parts: number): PodNeeds {
  const { each } = planPods({ ...task, parts });
  return {
    memoryMib: memoryMib(each.memoryMib),
    // Programs of Coder's client use what is free while they start: no pod waits for a node with so many cores.
    cpuMillis: Math.max(LEAST_LOAD_MILLIS, Math.ceil(1000 * each.cores)),
  };
}

/** The memory for a worker, as parts are planned, in a pod that may need this much. */
export function workerMemoryOf(podMib: number): number {
  return podMib - OVERHEAD_MIB;
}

/** The memory by which the parts of a size's load are planned, so that each fits into the size's own pod for load. */
export function ownPodMemory({ generatorPod }: Pick<Size, "generatorPod">): number {
  return generatorPod === undefined ? POD_PLACE.memoryMib : workerMemoryOf(generatorPod.memoryMib);
}
