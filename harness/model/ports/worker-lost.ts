import type { LossCause } from "../record/parts.ts";
import { type ErrorCode, RefbenchError } from "../../tools/error.ts";

/**
 * A worker's process is gone, or hangs: killed, evicted, or its machine lost. Runners throw this so that the other
 * parts of a load continue. A worker that reports an error itself is not lost.
 */
export class WorkerLost extends RefbenchError {
  readonly loss: LossCause;
  /** The machine that it ran on, as its cluster names it. */
  readonly node: string | undefined;

  constructor(
    message: string,
    {
      loss,
      node,
      code = "worker",
      ...options
    }: {
      readonly loss: LossCause;
      readonly node?: string | undefined;
      /** @default worker */
      readonly code?: ErrorCode;
      readonly cause?: unknown;
    },
  ) {
    super(code, message, options);
    this.loss = loss;
    this.node = node;
  }
}
