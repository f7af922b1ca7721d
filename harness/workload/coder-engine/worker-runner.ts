import { systemClock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { WorkerRunner } from "../../model/ports/worker.ts";
import { runCoderEngine } from "./engine.ts";
import type { CoderEngineOptions } from "./utility-calls.ts";

/**
 * Runs load tasks by Coder's own utility in the place of refbench's shard program. It cleans up what its utility made
 * itself, also when it is stopped; what is left then is in the result's `engine.left`.
 */
export function coderWorkerRunner(options: CoderEngineOptions): WorkerRunner {
  return {
    run: async (task, { signal, onEvent }) => {
      if (task.task !== "load")
        throw new RefbenchError("shard", `Coder's utility makes loads only, not "${task.task}"`);
      const context = { signal, clock: systemClock, emit: onEvent };
      return { task: "load", ...(await runCoderEngine(task, context, options)) };
    },
  };
}
