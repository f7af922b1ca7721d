import { existsSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import { WORKER_PROTOCOL, type WorkerEvent } from "../../model/ports/worker.ts";
import type { OtherParts } from "../context/load-context.ts";
import { performTask } from "../tasks/perform-task.ts";
import { claimHosting } from "./hosting.ts";
import { hostedTask, type HostedTask, type NumberedEvent, TASK_FILES } from "./protocol.ts";
import { stopOtherHosts } from "./stop-other-hosts.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";

const WATCH_EVERY_MS = 200;
/** The parts of a load begin a stage within this time and the way of a message. */
const BARRIER_LOOK_MS = 20;

/**
 * Runs the task in a folder of the runner, in its own session. Events go to a file, which outlives every
 * connection. Ends the process.
 */
export async function hostTask(folder: string): Promise<void> {
  if (!claimHosting(folder)) return;
  const stop = new AbortController();
  const requestStop = (why: string): void => stop.abort(new RefbenchError("interrupted", why));
  process.on("SIGTERM", () => requestStop("the worker was asked to stop"));

  const write = eventWriter(folder);
  write({ type: "hello", protocol: WORKER_PROTOCOL, pid: process.pid });
  const job = takeTask(folder);
  if (job === undefined) {
    write({
      type: "error",
      code: "usage",
      message: `${TASK_FILES.task} does not match this worker's protocol`,
    });
    process.exit(1);
  }
  watchFolder(folder, job.unattendedMs, requestStop);
  stop.signal.addEventListener("abort", () => {
    setTimeout(() => {
      const message = `the stopped task had no result within ${job.stopGraceMs / 1000} s`;
      write({ type: "error", code: "worker", message });
      process.exit(1);
    }, job.stopGraceMs).unref();
  });

  await stopOtherHosts(folder, {
    graceMs: job.stopGraceMs,
    clock: systemClock,
    signal: stop.signal,
    onNote: (message) => write({ type: "note", message }),
  });
  const others = otherParts(folder, (before) => write({ type: "waiting", before }));
  const last = await performTask(JSON.stringify(job.task), stop.signal, write, { folder, others });
  write(last);
  process.exit(last.type === "result" ? 0 : 1);
}

/** Reads the task and deletes its file, which contains secrets and is not needed again. */
function takeTask(folder: string): HostedTask | undefined {
  const file = join(folder, TASK_FILES.task);
  const text = readFileSync(file, "utf8");
  unlinkSync(file);
  try {
    return hostedTask.parse(parseJson(text));
  } catch {
    // The reason is omitted: it may quote a secret.
    return undefined;
  }
}

/**
 * Appends each event with its number. Written synchronously, so that even a killed host has stored its
 * events.
 */
function eventWriter(folder: string): (event: WorkerEvent) => number {
  const file = openSync(join(folder, TASK_FILES.events), "ax", 0o600);
  let number = 0;
  return (event) => {
    number += 1;
    writeSync(file, `${JSON.stringify({ type: "event", number, event } satisfies NumberedEvent)}\n`);
    return number;
  };
}

/** The other parts of a split load, which the client speaks for through files. */
function otherParts(folder: string, wait: (before: string) => number): OtherParts {
  const suffering = new AbortController();
  setInterval(() => {
    const why = suffering.signal.aborted ? undefined : read(join(folder, TASK_FILES.abort));
    if (why !== undefined) suffering.abort(new Error(why));
  }, WATCH_EVERY_MS).unref();
  return {
    together: async (before) => {
      const number = wait(before);
      const mayGo = (): true | undefined =>
        Number(read(join(folder, TASK_FILES.go))) >= number ? true : undefined;
      await waitUntil(mayGo, { clock: systemClock, everyMs: BARRIER_LOOK_MS });
    },
    suffering: suffering.signal,
  };
}

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** Stops the task when the stop file appears, or when no client has shown life for too long. */
function watchFolder(folder: string, unattendedMs: number, requestStop: (why: string) => void): void {
  let attendedAtMs = performance.now();
  let lastTouch = touchOf(folder);
  setInterval(() => {
    const touch = touchOf(folder);
    if (touch !== lastTouch) {
      lastTouch = touch;
      attendedAtMs = performance.now();
    }
    if (statSync(join(folder, TASK_FILES.stop), { throwIfNoEntry: false }) !== undefined)
      requestStop("the worker was asked to stop");
    // By the monotonic clock, because a new machine's wall clock jumps.
    else if (performance.now() - attendedAtMs > unattendedMs)
      requestStop(`no client showed life for ${unattendedMs / 1000} s`);
  }, WATCH_EVERY_MS).unref();
}

function touchOf(folder: string): number {
  return statSync(join(folder, TASK_FILES.attended), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
