import { uniformRunner, type WorkerRunner } from "../../harness/model/ports/worker.ts";
import type { WorkerTask } from "../../harness/model/ports/worker-task.ts";
import { systemClock } from "../../harness/tools/time/clock.ts";
import { runTask } from "../../harness/workload/tasks/run-task.ts";
import { findOutcome } from "../../harness/workload/worker-process/worker-outcome.ts";

/** Runs the worker's tasks in this process. */
export const inProcessWorker: WorkerRunner = uniformRunner(async (task, { signal, onEvent }) => {
  const result = await runTask(task, { signal, clock: systemClock, emit: onEvent });
  const outcome = findOutcome({ type: "result", result }, task.task);
  if (outcome === undefined) throw new Error(`a ${task.task} task ended with a ${result.task} result`);
  return outcome;
});

/** The same worker; each task is added to `tasks` before it runs. */
export function recordTasks(worker: WorkerRunner, tasks: WorkerTask[]): WorkerRunner {
  return uniformRunner((task, options) => {
    tasks.push(task);
    return worker[task.task](task, options);
  });
}
