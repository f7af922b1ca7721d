import { z } from "zod";
import {
  bootstrapResult,
  drainResult,
  failureCount,
  loadProgress,
  loadResult,
} from "../record/worker-result.ts";
import type { WorkerTask } from "./worker-task.ts";

/**
 * The protocol of the shard program: one JSON line in (the task), JSON lines out (events), over stdio. The same
 * program bootstraps, loads and drains, here or on a machine beside Coder. Secrets come in on stdin only.
 * A second input line `{"type":"stop"}`, or the end of stdin, stops the task; it then ends with a result that
 * says `stopped: true`. A part of a load also reads the lines that its events `waiting` and `aborting` ask for.
 */
export const SHARD_PROTOCOL = 1;

/** What the shard program prints, one JSON object a line. The last line is `result` or `error`. */
export const workerEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), protocol: z.literal(SHARD_PROTOCOL), pid: z.number().int() }),
  /** Said every few seconds whatever else is said: a worker that hangs says nothing. */
  z.object({ type: z.literal("alive") }),
  z.object({ type: z.literal("note"), message: z.string() }),
  z.object({ type: z.literal("progress"), progress: loadProgress }),
  z.object({ type: z.literal("failure"), failure: failureCount }),
  /** A part of a load waits for the others; the line `{"type":"go"}` lets it go on. */
  z.object({ type: z.literal("waiting"), before: z.string() }),
  /** A part of a load stops by itself because the deployment suffers; the line `{"type":"abort","why":…}` has the others follow it. */
  z.object({ type: z.literal("aborting"), why: z.string() }),
  z.object({
    type: z.literal("result"),
    result: z.discriminatedUnion("task", [
      bootstrapResult.extend({ task: z.literal("bootstrap") }),
      loadResult.extend({ task: z.literal("load") }),
      drainResult.extend({ task: z.literal("drain") }),
    ]),
  }),
  /** The harness failed, not the deployment under test. */
  z.object({ type: z.literal("error"), code: z.string(), message: z.string() }),
]);
export type WorkerEvent = z.infer<typeof workerEvent>;
export type WorkerResult = Extract<WorkerEvent, { type: "result" }>["result"];

/** Runs one task of the shard program somewhere and hands on its events. */
export interface WorkerRunner {
  /** Aborting stops the task in order; throws `RefbenchError("shard")` when the program dies or breaks the protocol, `coder` when it reports that. */
  run(
    task: WorkerTask,
    options: {
      readonly signal: AbortSignal;
      readonly onEvent: (event: WorkerEvent) => void;
      /** Called when a part of a load waits for the others; it goes on once this resolves, at once without it. */
      readonly onWaiting?: (before: string) => Promise<void>;
      /** Aborted with the reason when another part of the load stops by itself: this one then does so too. */
      readonly suffering?: AbortSignal;
    },
  ): Promise<WorkerResult>;
}
