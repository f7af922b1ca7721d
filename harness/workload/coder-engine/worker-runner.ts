import { systemClock } from "../../tools/time/clock.ts";
import type { LoadRunner } from "../../model/ports/worker.ts";
import { runCoderEngine } from "./engine.ts";
import type { CoderEngineOptions } from "./utility-calls.ts";

/**
 * Runs load tasks by Coder's own utility instead of a worker. It cleans up what its utility made, also after
 * a stop. The result's `engine.left` lists what remains.
 */
export function coderWorkerRunner(options: CoderEngineOptions): LoadRunner {
  return {
    load: (task, { signal, onEvent }) =>
      runCoderEngine(task, { signal, clock: systemClock, emit: onEvent }, options),
  };
}
