import type { Clock } from "../../tools/time/clock.ts";
import { isLeaseHeld } from "./lease.ts";

/** How long whatever failed is left alone at least. */
const LEAST_MS = 30_000;
/** Of the time that a failing try took: what goes on beside it loses at most a fifth to it. */
const SHARE = 4;

/** Remembers that something off this machine failed, so that what must go on does not wait for it each time. */
export class QuietAfterFailure {
  readonly #clock: Clock;
  #untilMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isQuiet(): boolean {
    return this.#clock.elapsed() < this.#untilMs;
  }

  /** Runs it; when it fails, the quiet begins and the failure is thrown on. */
  async watch<Result>(run: () => Promise<Result>): Promise<Result> {
    const startedAt = this.#clock.elapsed();
    try {
      return await run();
    } catch (error) {
      // An answer, and the one that must never be missed.
      if (isLeaseHeld(error)) throw error;
      const now = this.#clock.elapsed();
      this.#untilMs = now + Math.max(LEAST_MS, SHARE * (now - startedAt));
      throw error;
    }
  }
}
