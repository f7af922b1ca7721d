import { RefbenchError } from "../../tools/error.ts";
import { type WorkerEvent, workerEvent, type WorkerResult } from "../../model/ports/worker.ts";
import type { WorkerTask } from "../../model/ports/worker-task.ts";
import { parseJson } from "../../tools/parse-json.ts";

const KEPT = ["usage", "shard", "interrupted", "generator"] as const;

/** The event of one line of the shard program. */
export function parseEvent(line: string): WorkerEvent {
  try {
    return workerEvent.parse(parseJson(line));
  } catch (error) {
    const message = `the shard program broke its protocol with the line ${JSON.stringify(line.slice(0, 200))}`;
    throw new RefbenchError("shard", message, { cause: error });
  }
}

/** The result that a task's last event brings, or its error thrown; undefined when it is no last event of the task. */
export function outcomeOf(last: WorkerEvent | undefined, task: WorkerTask): WorkerResult | undefined {
  if (last?.type === "result" && last.result.task === task.task) return last.result;
  if (last?.type !== "error") return undefined;
  const code = KEPT.find((each) => each === last.code) ?? "coder";
  throw new RefbenchError(code, last.message, { cause: last });
}
