import { systemClock } from "../../harness/model/clock.ts";
import type { LoadResult, LoadTask, ShardEvent } from "../../harness/model/shard.ts";
import { runLoad } from "../../harness/workload/load.ts";

/** Runs a load in this process and keeps its events. */
export async function runLoadHere(
  task: LoadTask,
  options: { readonly signal?: AbortSignal; readonly onEvent?: (event: ShardEvent) => void } = {},
): Promise<{ result: LoadResult; events: ShardEvent[] }> {
  const events: ShardEvent[] = [];
  const result = await runLoad(task, {
    signal: options.signal ?? new AbortController().signal,
    clock: systemClock,
    emit: (event) => {
      events.push(event);
      options.onEvent?.(event);
    },
  });
  return { result, events };
}
