import { z } from "zod";
import {
  bootstrapResult,
  type BootstrapResult,
  drainResult,
  type DrainResult,
  issuedKey,
  type IssuedKey,
  failureCount,
  loadProgress,
  loadResult,
  type LoadResult,
} from "../record/worker-result.ts";
import type { WorkerTask } from "./worker-task.ts";

/**
 * The protocol of the worker: one line of JSON in (the task), lines of JSON out (events), over stdio. The
 * same program bootstraps, loads and drains, here or on a machine beside Coder. Secrets come on stdin only.
 * A second input line `{"type":"stop"}`, or the end of stdin, stops the task, which then ends with a result
 * that has `stopped: true`. A part of a load also reads the lines that its events `waiting` and `aborting`
 * ask for.
 */
export const WORKER_PROTOCOL = 1;

/** The result of each kind of task. */
export interface TaskResults {
  readonly bootstrap: BootstrapResult;
  readonly issueKey: IssuedKey;
  readonly load: LoadResult;
  readonly drain: DrainResult;
}
export type TaskKind = keyof TaskResults;
export type TaskOf<K extends TaskKind> = WorkerTask & { readonly task: K };

/** The schema of each kind of task's result. */
export const taskResults: { readonly [K in TaskKind]: z.ZodType<TaskResults[K]> } = {
  bootstrap: bootstrapResult,
  issueKey: issuedKey,
  load: loadResult,
  drain: drainResult,
};

/** The output of the worker, one JSON object a line. The last line is `result` or `error`. */
export const workerEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), protocol: z.literal(WORKER_PROTOCOL), pid: z.number().int() }),
  /** Sent every few seconds, whatever else is sent: a worker that hangs sends nothing. */
  z.object({ type: z.literal("alive") }),
  z.object({ type: z.literal("note"), message: z.string() }),
  z.object({ type: z.literal("progress"), progress: loadProgress }),
  z.object({ type: z.literal("failure"), failure: failureCount }),
  /** A part of a load waits for the others; the line `{"type":"go"}` lets it continue. */
  z.object({ type: z.literal("waiting"), before: z.string() }),
  /**
   * A part of a load stops itself because the deployment suffers; the line `{"type":"abort","why":…}` stops
   * the others.
   */
  z.object({ type: z.literal("aborting"), why: z.string() }),
  /** What a part of a load has measured so far, before each stage: it is kept if the part is lost. */
  z.object({ type: z.literal("measured"), result: loadResult }),
  z.object({
    type: z.literal("result"),
    result: z.discriminatedUnion("task", [
      bootstrapResult.extend({ task: z.literal("bootstrap") }),
      issuedKey.extend({ task: z.literal("issueKey") }),
      loadResult.extend({ task: z.literal("load") }),
      drainResult.extend({ task: z.literal("drain") }),
    ]),
  }),
  /** The harness failed, not the deployment under test. */
  z.object({ type: z.literal("error"), code: z.string(), message: z.string() }),
]);
export type WorkerEvent = z.infer<typeof workerEvent>;
/** A result as the worker prints it, with the kind of its task. */
export type WorkerResult = Extract<WorkerEvent, { type: "result" }>["result"];

export interface TaskOptions {
  readonly signal: AbortSignal;
  readonly onEvent: (event: WorkerEvent) => void;
  /** Called when a part of a load waits for the others; it continues once this resolves. @default at once */
  readonly onWaiting?: (before: string) => Promise<void>;
  /** Aborted with the reason when another part of the load stops itself: this one then does so too. */
  readonly suffering?: AbortSignal;
}

/**
 * Runs tasks of the worker somewhere and passes on their events. An abort stops the task in order. Throws
 * `WorkerLost` if the program dies or hangs, `RefbenchError("worker")` if it breaks the protocol, and `coder` if
 * it reports that. A runner whose workers have clocks of their own sets `generator.clock` of a load's result and of
 * each `measured` event.
 */
export type WorkerRunner = {
  readonly [K in TaskKind]: (task: TaskOf<K>, options: TaskOptions) => Promise<TaskResults[K]>;
};

/** Runs loads only. */
export type LoadRunner = Pick<WorkerRunner, "load">;

/** A runner that runs every kind of task in the same way. */
export function uniformRunner(
  run: <K extends TaskKind>(task: TaskOf<K>, options: TaskOptions) => Promise<TaskResults[K]>,
): WorkerRunner {
  return {
    bootstrap: run<"bootstrap">,
    issueKey: run<"issueKey">,
    load: run<"load">,
    drain: run<"drain">,
  };
}
