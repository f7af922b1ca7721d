import { constants, setPriority } from "node:os";
import { createInterface } from "node:readline";
import { systemClock } from "../model/clock.ts";
import { messageOf, RefbenchError } from "../model/error.ts";
import { SHARD_PROTOCOL, type ShardEvent, type ShardTask, shardTask } from "../model/shard.ts";
import { CODER_GONE, CoderGoneError } from "./coder-gone.ts";
import { runTask } from "./run-task.ts";

// The shard program: one task as a JSON line on stdin, events as JSON lines on stdout, nothing else on stdout.

const stop = new AbortController();
const requestStop = (): void => stop.abort(new RefbenchError("interrupted", "the shard was told to stop"));

process.on("SIGTERM", requestStop);
// Ctrl-C reaches the whole group; what it means is decided by the process that the user runs.
process.on("SIGINT", () => undefined);
// The parent died: there is nobody to tell, only connections to close.
process.stdout.on("error", requestStop);

let isTaskRead = false;
const input = createInterface({ input: process.stdin, crlfDelay: Infinity });
input.on("line", (line) => {
  if (isTaskRead) {
    if (isStop(line)) requestStop();
    return;
  }
  if (line.trim() === "") return;
  isTaskRead = true;
  void perform(line).then(finish);
});
input.on("close", () => {
  if (isTaskRead) requestStop();
  else finish({ type: "error", code: "usage", message: "stdin ended before a task: write one JSON line" });
});
emit({ type: "hello", protocol: SHARD_PROTOCOL, pid: process.pid });

async function perform(line: string): Promise<ShardEvent> {
  try {
    const task = parseTask(line);
    if (task.task === "load") goFirst();
    const result = await runTask(task, { signal: stop.signal, clock: systemClock, emit });
    return { type: "result", result };
  } catch (error) {
    // A bug shows where it is, on stderr; the event says only what happened.
    if (!(error instanceof RefbenchError)) process.stderr.write(`${stackOf(error)}\n`);
    const code = stop.signal.aborted ? "interrupted" : codeOf(error);
    return { type: "error", code, message: messageOf(error) };
  }
}

/** Beside other processes the generator's own lateness would be measured as Coder's. */
function goFirst(): void {
  try {
    setPriority(constants.priority.PRIORITY_ABOVE_NORMAL);
  } catch {
    // Only root may; the health gate tells whether it mattered.
  }
}

function parseTask(line: string): ShardTask {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new RefbenchError("usage", "the task is not one line of JSON");
  }
  const parsed = shardTask.safeParse(json);
  if (parsed.success) return parsed.data;
  // Never the value: a task carries secrets.
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new RefbenchError(
    "usage",
    `the task does not follow protocol ${SHARD_PROTOCOL}: ${issues.join("; ")}`,
  );
}

function isStop(line: string): boolean {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === "object" && message !== null && "type" in message && message.type === "stop";
  } catch {
    return false;
  }
}

function emit(event: ShardEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Writes the last line and ends: sockets that are still closing must not keep the process. */
function finish(event: ShardEvent): void {
  const exitCode = event.type === "result" ? 0 : 1;
  const timer = setTimeout(() => process.exit(exitCode), 2000);
  process.stdout.write(`${JSON.stringify(event)}\n`, () => {
    clearTimeout(timer);
    process.exit(exitCode);
  });
}

function codeOf(error: unknown): string {
  if (error instanceof CoderGoneError) return CODER_GONE;
  return error instanceof RefbenchError ? error.code : "shard";
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
