import { z } from "zod";
import { workerEvent } from "../../model/ports/worker.ts";
import { workerTask } from "../../model/ports/worker-task.ts";

// What passes between this machine and a load runner. Over SSH nothing else is used than SFTP's stat, mkdir, open
// (write), write, close, rename and unlink, and the exec of one command line:
//   <node> <folder>/shard-<sha256, 12 digits>.mjs attach <folder>/tasks/<id> --from <number of the first event wanted>

/** The files in a task's folder on the runner, which is the only state of a task there. */
export const TASK_FILES = {
  /** The task, with its secrets: the host deletes it as soon as it has read it. */
  task: "task.json",
  /** Who hosts the task: written before the task is deleted, so that one of the two is always there. */
  host: "host.json",
  /** One numbered event a line, kept until the last was acknowledged. */
  events: "events.jsonl",
  /** What the host says on stdout and stderr. */
  log: "host.log",
  /** Once it exists, the host stops its task. */
  stop: "stop",
  /** Touched at each sign of life of the client. */
  attended: "attended",
} as const;

/** The content of `task.json`. */
export const hostedTask = z.object({
  task: workerTask,
  /** The host stops by itself when no client showed life for so long. */
  unattendedMs: z.number().int().positive(),
  /** How long a stopped task may take to its result. */
  stopGraceMs: z.number().int().positive(),
});
export type HostedTask = z.infer<typeof hostedTask>;

/** An event with its number, from 1 on, without gaps. */
export const numberedEvent = z.object({
  type: z.literal("event"),
  number: z.number().int().positive(),
  event: workerEvent,
});
export type NumberedEvent = z.infer<typeof numberedEvent>;

/** What `attach` prints, one JSON object a line. */
export const attachLine = z.discriminatedUnion("type", [
  /** The first line: the task was found. */
  z.object({ type: z.literal("attached") }),
  numberedEvent,
  /** Every event was acknowledged and the folder is removed. */
  z.object({ type: z.literal("removed") }),
  /** No task was sent there, or it is done and removed. */
  z.object({ type: z.literal("missing") }),
  /** The host ended without a last event; what it said in its log. */
  z.object({ type: z.literal("gone"), said: z.string() }),
]);
export type AttachLine = z.infer<typeof attachLine>;

/** What `attach` reads, one JSON object a line. Each line is a sign of life. */
export const clientLine = z.discriminatedUnion("type", [
  /** Every event up to this number has been handed on. */
  z.object({ type: z.literal("ack"), number: z.number().int().nonnegative() }),
  z.object({ type: z.literal("stop") }),
  /** Kill the host: it did not stop in time. */
  z.object({ type: z.literal("kill") }),
]);
export type ClientLine = z.infer<typeof clientLine>;

/** An `attach` that has heard nothing for so long has lost its client: the client comes back with another. */
export const CLIENT_QUIET_MS = 60_000;

/** Whether an event is a task's last. */
export function isLast({ event }: NumberedEvent): boolean {
  return event.type === "result" || event.type === "error";
}
