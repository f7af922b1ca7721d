import { RefbenchError } from "../../tools/error.ts";
import {
  type TaskKind,
  type TaskResults,
  taskResults,
  type WorkerEvent,
  workerEvent,
} from "../../model/ports/worker.ts";
import { parseJson } from "../../tools/parse-json.ts";

const KEPT = ["usage", "worker", "interrupted", "generator"] as const;

/** Parses one line of the worker's output. Throws `worker` if it is not an event. */
export function parseEvent(line: string): WorkerEvent {
  try {
    return workerEvent.parse(parseJson(line));
  } catch (error) {
    const message = `the worker broke its protocol with the line ${JSON.stringify(line.slice(0, 200))}`;
    throw new RefbenchError("worker", message, { cause: error });
  }
}

/**
 * Returns the result in the last event of a task of this kind, or throws its error; undefined if it is not
 * the last event of such a task.
 */
export function findOutcome<K extends TaskKind>(
  last: WorkerEvent | undefined,
  kind: K,
): TaskResults[K] | undefined {
  if (last?.type === "result" && last.result.task === kind) return taskResults[kind].parse(last.result);
  if (last?.type !== "error") return undefined;
  const code = KEPT.find((each) => each === last.code) ?? "coder";
  throw new RefbenchError(code, last.message, { cause: last });
}
