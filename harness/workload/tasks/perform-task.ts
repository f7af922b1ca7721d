import { constants, setPriority } from "node:os";
import { systemClock } from "../../tools/time/clock.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { WORKER_PROTOCOL, type WorkerEvent } from "../../model/ports/worker.ts";
import { type WorkerTask, workerTask } from "../../model/ports/worker-task.ts";
import { CODER_GONE, CoderGoneError } from "../removal/coder-gone.ts";
import type { TaskContext } from "../context/load-context.ts";
import { runTask } from "./run-task.ts";
import { ALIVE_EVERY_MS } from "../worker-process/worker-watch.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** Runs the task in a line of JSON. Returns its last event, `result` or `error`. Never throws. */
export async function performTask(
  line: string,
  signal: AbortSignal,
  emit: (event: WorkerEvent) => void,
  given: Pick<TaskContext, "others" | "folder"> = {},
): Promise<WorkerEvent> {
  const alive = setInterval(() => emit({ type: "alive" }), ALIVE_EVERY_MS);
  try {
    const task = parseTask(line);
    if (task.task === "load") raisePriority();
    const result = await runTask(task, { signal, clock: systemClock, emit, ...given });
    return { type: "result", result };
  } catch (error) {
    // For a bug, the stack goes to stderr; the event only contains the message.
    if (!(error instanceof RefbenchError)) process.stderr.write(`${stackOf(error)}\n`);
    const code = signal.aborted ? "interrupted" : codeOf(error);
    return { type: "error", code, message: messageOf(error) };
  } finally {
    clearInterval(alive);
  }
}

/**
 * Raises this process's priority: beside other processes, the generator's own lateness would be measured as
 * Coder's.
 */
function raisePriority(): void {
  try {
    setPriority(constants.priority.PRIORITY_ABOVE_NORMAL);
  } catch {
    // Only root may do that; the health gate shows whether it mattered.
  }
}

/** Parses the task in a line of JSON. Throws `usage`, without quoting values, if it is not a task. */
export function parseTask(line: string): WorkerTask {
  let json: unknown;
  try {
    json = parseJson(line);
  } catch {
    throw new RefbenchError("usage", "the task is not one line of JSON");
  }
  const parsed = workerTask.safeParse(json);
  if (parsed.success) return parsed.data;
  // The values are omitted: a task contains secrets.
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new RefbenchError(
    "usage",
    `the task does not match protocol ${WORKER_PROTOCOL}: ${issues.join("; ")}`,
  );
}

function codeOf(error: unknown): string {
  if (error instanceof CoderGoneError) return CODER_GONE;
  return error instanceof RefbenchError ? error.code : "worker";
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
