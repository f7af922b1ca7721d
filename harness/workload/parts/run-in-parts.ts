import type { LoadResult } from "../../model/record/worker-result.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { TaskContext } from "../context/load-context.ts";
import { localWorkerRunner } from "../worker-process/local-runner.ts";
import { thisProgram } from "../worker-process/this-program.ts";
import { splitRunner } from "./split-runner.ts";
import { countParts } from "./plan-parts.ts";

/** Shorter than the time after which the caller gives up on stopping this process. */
const STOP_GRACE_MS = 15_000;

/** Runs one load as several processes of this program, wherever it runs. */
export async function runInParts(task: LoadTask, context: TaskContext): Promise<LoadResult> {
  const runner = localWorkerRunner({ command: thisProgram(), stopGraceMs: STOP_GRACE_MS });
  return splitRunner(runner, countParts(task)).load(task, {
    signal: context.signal,
    onEvent: (event) => context.emit(event),
  });
}
