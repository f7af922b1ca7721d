import { type Clock, systemClock } from "../../../harness/tools/time/clock.ts";
import type { WorkerEvent } from "../../../harness/model/ports/worker.ts";
import type { LoadResult } from "../../../harness/model/record/worker-result.ts";
import type { LoadTask } from "../../../harness/model/ports/worker-task.ts";
import { type LoadPace, runLoad } from "../../../harness/workload/load/load.ts";

/** Runs a load in this process and keeps its events. */
export async function runLoadHere(
  task: LoadTask,
  options: {
    readonly signal?: AbortSignal;
    readonly onEvent?: (event: WorkerEvent) => void;
    readonly pace?: LoadPace;
    /** @default the system's */
    readonly clock?: Clock;
  } = {},
): Promise<{ result: LoadResult; events: WorkerEvent[] }> {
  const events: WorkerEvent[] = [];
  const context = {
    signal: options.signal ?? new AbortController().signal,
    clock: options.clock ?? systemClock,
    emit: (event: WorkerEvent) => {
      events.push(event);
      options.onEvent?.(event);
    },
  };
  const result = await runLoad(task, context, options.pace);
  return { result, events };
}
