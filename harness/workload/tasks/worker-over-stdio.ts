import { z } from "zod";
import { RefbenchError } from "../../tools/error.ts";
import { LineSplitter } from "../../tools/files/lines.ts";
import { WORKER_PROTOCOL, type WorkerEvent } from "../../model/ports/worker.ts";
import { performTask } from "./perform-task.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** Reads one task as a JSON line from stdin and writes events as JSON lines to stdout. Ends the process. */
export function runOverStdio(): void {
  const stop = new AbortController();
  const requestStop = (): void =>
    stop.abort(new RefbenchError("interrupted", "the worker was asked to stop"));

  process.on("SIGTERM", requestStop);
  // Ctrl-C reaches the whole group, but the process that the user runs decides what it means.
  process.on("SIGINT", () => undefined);
  // The parent died: nobody reads any more, but connections must be closed.
  process.stdout.on("error", requestStop);

  const suffering = new AbortController();
  const waiting: (() => void)[] = [];
  const together = (before: string): Promise<void> => {
    emit({ type: "waiting", before });
    return new Promise((resolve) => waiting.push(resolve));
  };

  let isTaskRead = false;
  const take = (line: string): void => {
    if (isTaskRead) {
      const { type, why } = parseMessage(line);
      if (type === "stop") requestStop();
      else if (type === "go") waiting.shift()?.();
      else if (type === "abort") suffering.abort(new Error(why ?? "another part of the load ended itself"));
      return;
    }
    if (line.trim() === "") return;
    isTaskRead = true;
    void performTask(line, stop.signal, emit, {
      others: { together, suffering: suffering.signal },
    }).then(finish);
  };
  const splitter = new LineSplitter();
  process.stdin.on("data", (chunk) => splitter.push(chunk).forEach(take));
  process.stdin.on("close", () => {
    splitter.end().forEach(take);
    if (isTaskRead) requestStop();
    else finish({ type: "error", code: "usage", message: "stdin ended before a task: write one JSON line" });
  });
  emit({ type: "hello", protocol: WORKER_PROTOCOL, pid: process.pid });
}

const inputLine = z.object({ type: z.string(), why: z.string().optional() });

/** Parses a line after the task; empty if it is invalid. */
function parseMessage(line: string): Partial<z.infer<typeof inputLine>> {
  try {
    return inputLine.parse(parseJson(line));
  } catch {
    return {};
  }
}

function emit(event: WorkerEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Writes the last line and ends the process, even if sockets are still closing. */
function finish(event: WorkerEvent): void {
  const exitCode = event.type === "result" ? 0 : 1;
  const timer = setTimeout(() => process.exit(exitCode), 2000);
  process.stdout.write(`${JSON.stringify(event)}\n`, () => {
    clearTimeout(timer);
    process.exit(exitCode);
  });
}
