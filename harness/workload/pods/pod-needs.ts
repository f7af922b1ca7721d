import type { LoadTask, WorkerTask } from "../../model/ports/worker-task.ts";
import { MEASURED_COSTS } from "../parts/part-costs.ts";
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

/** The parts of a load in pods. */
export function planPods(task: LoadTask): PartsPlan {
  return planParts(task, { ...POD_PLACE, isTls: task.deployment.url.startsWith("https:") });
}

/** What one pod of a task needs, as measured. */
export function podNeeds(task: WorkerTask, parts: number): PodNeeds {
  const memoryMib = (workerMib: number): number => Math.ceil(OVERHEAD_MIB + workerMib * RESERVE);
  // A worker that creates a template or deletes what is left holds no connections.
  if (task.task !== "load") return { memoryMib: memoryMib(MEASURED_COSTS.workerMib), cpuMillis: IDLE_MILLIS };
  const { each } = planPods({ ...task, parts });
  return {
    memoryMib: memoryMib(each.memoryMib),
    // Programs of Coder's client use what is free while they start: no pod waits for a node with so many cores.
    cpuMillis: Math.max(LEAST_LOAD_MILLIS, Math.ceil(1000 * each.cores)),
  };
}
