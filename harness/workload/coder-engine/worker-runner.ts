import { systemClock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { WorkerRunner } from "../../model/ports/worker.ts";
import { runCoderEngine } from "./engine.ts";
import type { CoderEngineOptions } from "./utility-calls.ts";

/**
 * Runs load tasks by Coder's own utility instead of a worker. It cleans up what its utility made, also after
 * a stop. The result's `engine.left` lists what remains.
 */
export function coderWorkerRunner(options: CoderEngineOptions): WorkerRunner {
  return {
    run: async (task, { signal, onEvent }) => {
      if (task.task !== "load")
        throw new RefbenchError("shard", `Coder's utility only makes loads, not "${task.task}"`);
      const context = { signal, clock: systemClock, emit: onEvent };
      return { task: "load", ...(await runCoderEngine(task, context, options)) };
    },
  };
}
