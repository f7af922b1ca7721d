import { RefbenchError } from "../../tools/error.ts";
import { type WorkerEvent, workerEvent, type WorkerResult } from "../../model/ports/worker.ts";
import type { WorkerTask } from "../../model/ports/worker-task.ts";
import { parseJson } from "../../tools/parse-json.ts";

const KEPT = ["usage", "shard", "interrupted", "generator"] as const;

/** Parses one line of the worker's output. Throws `shard` if it is not an event. */
export function parseEvent(line: string): WorkerEvent {
  try {
    return workerEvent.parse(parseJson(line));
  } catch (error) {
    const message = `the worker broke its protocol with the line ${JSON.stringify(line.slice(0, 200))}`;
    throw new RefbenchError("shard", message, { cause: error });
  }
}

/**
 * Returns the result in a task's last event, or throws its error; undefined if it is not the task's last
 * event.
 */
export function findOutcome(last: WorkerEvent | undefined, task: WorkerTask): WorkerResult | undefined {
  if (last?.type === "result" && last.result.task === task.task) return last.result;
  if (last?.type !== "error") return undefined;
  const code = KEPT.find((each) => each === last.code) ?? "coder";
  throw new RefbenchError(code, last.message, { cause: last });
}
