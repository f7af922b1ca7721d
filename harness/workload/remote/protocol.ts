import { z } from "zod";
import { workerEvent } from "../../model/ports/worker.ts";
import { workerTask } from "../../model/ports/worker-task.ts";

// The exchange between this machine and the place that hosts a task. Over SSH it only uses SFTP's stat, mkdir,
// open (write), write, close, rename and unlink, and the exec of one command line:
//   <node> <folder>/worker-<sha256, 12 digits>.mjs attach <folder>/tasks/<id> --from <number of the first
// event wanted>
// In a pod, the same program also receives the task, over its stdin.

/** The files of a task's folder on the runner. They are the task's only state there. */
export const TASK_FILES = {
  /** The task, with its secrets. The host deletes it as soon as it has read it. */
  task: "task.json",
  /** The host's identity, written before the task is deleted, so that one of the two always exists. */
  host: "host.json",
  /** One numbered event per line, kept until the last one is acknowledged. */
  events: "events.jsonl",
  /** The host's stdout and stderr. */
  log: "host.log",
  /** Once it exists, the host stops its task. */
  stop: "stop",
  /** Touched at each sign of life of the client. */
  attended: "attended",
  /** The number of the last event `waiting` after which this part may continue. */
  go: "go",
  /** Why another part of the load stopped itself: this one then does so too. */
  abort: "abort",
} as const;

/** The content of `task.json`. */
export const hostedTask = z.object({
  task: workerTask,
  /** The host stops when no client has shown life for this long. */
  unattendedMs: z.number().int().positive(),
  /** How long a stopped task may take to give its result. */
  stopGraceMs: z.number().int().positive(),
});
export type HostedTask = z.infer<typeof hostedTask>;

/** An event with its number, from 1, without gaps. */
export const numberedEvent = z.object({
  type: z.literal("event"),
  number: z.number().int().positive(),
  event: workerEvent,
});
export type NumberedEvent = z.infer<typeof numberedEvent>;

/** The output of `attach`, one JSON object per line. */
export const attachLine = z.discriminatedUnion("type", [
  /** The first line: the task was found. */
  z.object({ type: z.literal("attached") }),
  numberedEvent,
  /** The answer to `time`, by the clock of the place, in milliseconds since the epoch. */
  z.object({ type: z.literal("time"), number: z.number().int(), atMs: z.number() }),
  /** Every event was acknowledged, and the folder was removed. */
  z.object({ type: z.literal("removed") }),
  /** No task was sent there, or it is finished and removed. */
  z.object({ type: z.literal("missing") }),
  /** The host ended without a last event; `said` is its log. */
  z.object({ type: z.literal("gone"), said: z.string() }),
]);
export type AttachLine = z.infer<typeof attachLine>;

/** The input of `attach`, one JSON object per line. Each line is a sign of life. */
export const clientLine = z.discriminatedUnion("type", [
  /** Every event up to this number has been passed on. */
  z.object({ type: z.literal("ack"), number: z.number().int().nonnegative() }),
  z.object({ type: z.literal("stop") }),
  /** The part may continue after the event `waiting` of this number. */
  z.object({ type: z.literal("go"), number: z.number().int().positive() }),
  z.object({ type: z.literal("abort"), why: z.string() }),
  /** Asks for the time of the place's clock. */
  z.object({ type: z.literal("time"), number: z.number().int() }),
  /** Kill the host: it did not stop in time. */
  z.object({ type: z.literal("kill") }),
]);
export type ClientLine = z.infer<typeof clientLine>;

/** After this long without input, an `attach` has lost its client, which returns with another connection. */
export const CLIENT_QUIET_MS = 60_000;

/** Whether an event is the last of a task. */
export function isLast({ event }: NumberedEvent): boolean {
  return event.type === "result" || event.type === "error";
}
