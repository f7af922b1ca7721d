import type { Clock } from "../../tools/time/clock.ts";
import { isLeaseHeld } from "./lease.ts";

/** The shortest back-off after a failure. */
const LEAST_MS = 30_000;
/**
 * The back-off is at least this many times the duration of the failed try, so that retries take at most a
 * fifth of the time.
 */
const SHARE = 4;

/**
 * Remembers that a remote service failed, so that work which must continue does not wait for it each time.
 */
export class FailureBackoff {
  readonly #clock: Clock;
  #untilMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isBackingOff(): boolean {
    return this.#clock.elapsed() < this.#untilMs;
  }

  /** Runs `run`. A failure starts the back-off and is rethrown. */
  async watch<Result>(run: () => Promise<Result>): Promise<Result> {
    const startedAt = this.#clock.elapsed();
    try {
      return await run();
    } catch (error) {
      // A lost lease is an answer of the service, and must never be missed.
      if (isLeaseHeld(error)) throw error;
      const now = this.#clock.elapsed();
      this.#untilMs = now + Math.max(LEAST_MS, SHARE * (now - startedAt));
      throw error;
    }
  }
}
