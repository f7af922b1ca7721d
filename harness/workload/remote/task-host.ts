import type { Attachment } from "./attachment.ts";
import type { HostedTask } from "./protocol.ts";

/** A place that hosts one task, which outlives every connection: a load runner, or a pod. */
export interface TaskHost {
  /** In words, for messages. */
  readonly name: string;
  /**
   * Connects. Throws `OutOfReach` while the place cannot be reached, and a `RefbenchError` if a retry cannot help.
   */
  readonly connect: (signal: AbortSignal) => Promise<HostConnection>;
}

/** One connection to a place. Everything on it throws `OutOfReach` once it is lost. */
export interface HostConnection extends Disposable {
  /** Brings the worker, unless it is there. */
  readonly bringProgram: () => Promise<void>;
  /** Brings the task as a file that only its user can read: others can see arguments and environments. */
  readonly bringTask: () => Promise<void>;
  /** Runs `attach` for the task, from the number of the first event wanted. */
  readonly attach: (from: number) => Promise<Attachment>;
  /** Gives up the connection, so that the next one is made. */
  readonly drop: (reason: string) => void;
}

/** Finds the place of a task when it is needed. */
export type OpenHost = (task: HostedTask, signal: AbortSignal) => Promise<TaskHost>;
