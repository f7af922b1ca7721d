import { RefbenchError } from "../../tools/error.ts";

/** Why a worker that had begun its part is gone. */
export type LostReason =
  /** Its memory limit was reached. */
  | "out-of-memory"
  /** Its place was needed for something else: pressure on the node, a drain of the node, a preemption. */
  | "evicted"
  /** The node, or the way to it, is gone. */
  | "node-lost"
  /** Somebody deleted it. */
  | "deleted"
  /** Its process ended without a result. */
  | "ended";

/** A part of a load whose worker is gone for ever. What it measured and did not report is lost. */
export interface LostPart {
  /** From 0. */
  readonly index: number;
  readonly reason: LostReason;
  /** When it last reported, in milliseconds since the epoch by this machine's clock. Nothing that it measured later is known. */
  readonly heardAtMs: number;
  /** When its loss was found out, by the same clock. */
  readonly lostAtMs: number;
  /** What the system says about it, in words. */
  readonly words: string;
}

/** A worker that had begun its part was lost: the load is no longer the one that was asked for. */
export class LostPartError extends RefbenchError {
  readonly lost: LostPart;

  constructor(lost: LostPart) {
    // Not `generator`: an error of that code says that the load created nothing.
    super("worker", `part ${lost.index + 1} was lost: ${lost.words}`);
    this.lost = lost;
  }
}
