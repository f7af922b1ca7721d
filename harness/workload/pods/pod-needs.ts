import type { WorkerTask } from "../../model/ports/worker-task.ts";
import type { PodNeeds } from "./manifests.ts";

/** The main process of a pod and `attach`, each a Node that has loaded little, and the files of the task. */
const OVERHEAD_MIB = 64 + 64 + 64;
/** A worker that creates a template or deletes what is left holds no connections. */
const WORKER_MIB = 129;
/** More than measured, for moments in which much is made at once. */
const RESERVE = 1.25;
/** A worker is one thread, and its connections need little: a core in its busiest moments. */
const CPU_MILLIS = 500;

/** What one pod of a task needs. `loadMib` is the expected memory of all workers of the load. */
export function podNeeds(task: WorkerTask, parts: number, loadMib: number): PodNeeds {
  const worker = task.task === "load" ? loadMib / parts : WORKER_MIB;
  return {
    memoryMib: Math.ceil(OVERHEAD_MIB + worker * RESERVE),
    cpuMillis: task.task === "load" ? CPU_MILLIS : 100,
  };
}
