import { RefbenchError } from "../../tools/error.ts";

/**
 * The code of the worker's `error` event when the deployment no longer exists, so that nothing can be
 * drained.
 */
export const CODER_GONE = "coder-gone";

/** Coder no longer answers; the reaper decides what that means. */
export class CoderGoneError extends RefbenchError {
  constructor(url: string, reason: string) {
    super("coder", `no Coder answers at ${url} any more: ${reason}`);
  }
}
