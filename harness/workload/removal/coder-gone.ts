import { RefbenchError } from "../../tools/error.ts";

/** The code of the shard's `error` event when the deployment does not exist any more: nothing there can be drained. */
export const CODER_GONE = "coder-gone";

/** Nothing answers where Coder was: the reaper decides what that means. */
export class CoderGoneError extends RefbenchError {
  constructor(url: string, reason: string) {
    super("coder", `no Coder answers at ${url} any more: ${reason}`);
  }
}
