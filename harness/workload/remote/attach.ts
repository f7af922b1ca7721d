import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { generatorNow } from "../context/clock-watch.ts";
import { LineSplitter } from "../../tools/files/lines.ts";
import { childEnvironment } from "../../model/environment/child-environment.ts";
import { LEAN_ALLOCATOR, LEAN_NODE } from "../worker-process/lean-process.ts";
import { findHosting, killHost } from "./hosting.ts";
import { eventTail } from "./event-tail.ts";
import {
  type AttachLine,
  CLIENT_QUIET_MS,
  type ClientLine,
  clientLine,
  isLast,
  TASK_FILES,
} from "./protocol.ts";
import { parseJson } from "../../tools/parse-json.ts";

const POLL_MS = 100;
const KEPT_LOG = 4000;

/**
 * The runner's end of one connection. Starts the task's host if it has none, prints its events from a number
 * on, and removes the folder once the last event is acknowledged. It may die at any moment: the next `attach`
 * continues.
 */
export async function attachToTask(folder: string, from: number): Promise<void> {
  if (!isTaskThere(folder)) {
    await printLine({ type: "missing" });
    return;
  }
  const client = listenToClient(folder);
  const host = findHosting(folder).state === "none" ? startHost(folder) : undefined;
  await printLine({ type: "attached" });

  const tail = eventTail(join(folder, TASK_FILES.events));
  let lastNumber: number | undefined;
  while (!client.isGone()) {
    if (lastNumber !== undefined && client.acknowledged() >= lastNumber) {
      rmSync(folder, { recursive: true, force: true });
      await printLine({ type: "removed" });
      return;
    }
    // Checked before the file is read: a host that is gone has already written all its events.
    const isGone = isHostGone(folder, host);
    const events = tail.read();
    for (const event of events) {
      if (event.number >= from) await printLine(event);
      if (isLast(event)) lastNumber = event.number;
    }
    if (isGone && lastNumber === undefined) {
      await printLine({ type: "gone", said: readLog(folder) });
      return;
    }
    if (events.length === 0) await sleep(POLL_MS);
  }
}

function isTaskThere(folder: string): boolean {
  // In this order: a host writes its file before it deletes the task, so that one of the two always exists.
  return existsSync(join(folder, TASK_FILES.task)) || existsSync(join(folder, TASK_FILES.host));
}

/** Starts the host in a separate session, so that it outlives this connection. */
function startHost(folder: string): { readonly hasEnded: () => boolean } {
  const log = openSync(join(folder, TASK_FILES.log), "a", 0o600);
  const args = [...process.execArgv, ...LEAN_NODE, process.argv[1] ?? "", "host", folder];
  const env = { ...LEAN_ALLOCATOR, ...childEnvironment("worker", process.env) };
  const child = spawn(process.execPath, args, { detached: true, stdio: ["ignore", log, log], cwd: "/", env });
  closeSync(log);
  let hasEnded = false;
  child.on("error", () => (hasEnded = true));
  child.on("exit", () => (hasEnded = true));
  child.unref();
  return { hasEnded: () => hasEnded };
}

function isHostGone(folder: string, started: ReturnType<typeof startHost> | undefined): boolean {
  const { state } = findHosting(folder);
  return state === "gone" || (state === "none" && started?.hasEnded() === true);
}

function readLog(folder: string): string {
  try {
    return readFileSync(join(folder, TASK_FILES.log), "utf8").slice(-KEPT_LOG).trim();
  } catch {
    return "";
  }
}

/** Reads the client's lines. Each is a sign of life, which the host checks for. */
function listenToClient(folder: string): { isGone: () => boolean; acknowledged: () => number } {
  let isEnded = false;
  let acknowledged = 0;
  let heardAtMs = performance.now();
  const take = (text: string): void => {
    const line = parseLine(text);
    if (line === undefined || !existsSync(folder)) return;
    heardAtMs = performance.now();
    touch(join(folder, TASK_FILES.attended));
    switch (line.type) {
      case "ack":
        acknowledged = Math.max(acknowledged, line.number);
        break;
      case "time":
        void printLine({ type: "time", number: line.number, atMs: generatorNow() });
        break;
      case "go":
        isWritten(join(folder, TASK_FILES.go), String(line.number));
        break;
      case "abort":
        isWritten(join(folder, TASK_FILES.abort), line.why);
        break;
      case "stop":
        if (!isWritten(join(folder, TASK_FILES.stop))) killHost(folder);
        break;
      case "kill":
        killHost(folder);
    }
  };
  const splitter = new LineSplitter();
  process.stdin.on("data", (chunk) => splitter.push(chunk).forEach(take));
  process.stdin.on("close", () => (isEnded = true));
  process.stdout.on("error", () => (isEnded = true));
  return {
    isGone: () => isEnded || performance.now() - heardAtMs > CLIENT_QUIET_MS,
    acknowledged: () => acknowledged,
  };
}

/** Parses a line; undefined for the incomplete last line of a lost connection. */
function parseLine(text: string): ClientLine | undefined {
  try {
    return clientLine.parse(parseJson(text));
  } catch {
    return undefined;
  }
}

/** Marks a sign of life. On a full disk it is lost, and the host stops; this process continues to report. */
function touch(file: string): void {
  const now = new Date();
  if (existsSync(file)) utimesSync(file, now, now);
  else isWritten(file);
}

/** Whether a file could be written; false on a full disk. Nobody sees a half of it. */
function isWritten(file: string, content = ""): boolean {
  try {
    writeFileSync(`${file}.new`, content, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return true;
  } catch {
    return false;
  }
}

/** Prints a line and waits until it is sent, so that a long backlog is not kept in memory twice. */
function printLine(line: AttachLine): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${JSON.stringify(line)}\n`, () => resolve()));
}
