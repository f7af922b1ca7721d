import type { LoadTask } from "../../model/ports/worker-task.ts";
import { leastDurationMs } from "../../workload/context/least-duration.ts";

/**
 * How long a load may take, in milliseconds; 0 = no limit. The default is for what comes besides the load's plan, so that
 * it does not end a long schedule; a limit that was asked for is kept as it is.
 */
export function timeLimit(timeoutMs: number, task: LoadTask, isDefault: boolean): number {
  return isDefault && timeoutMs > 0 ? timeoutMs + leastDurationMs(task) : timeoutMs;
}
