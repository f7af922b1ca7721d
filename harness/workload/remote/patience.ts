import type { Clock } from "../../tools/time/clock.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { timeOfDay } from "../worker-process/worker-watch.ts";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;

export interface PatienceOptions {
  readonly name: string;
  readonly clock: Clock;
  /** How long a runner may take to be reached for the first time, in milliseconds. */
  readonly readyMs: number;
  /** How long a runner may be out of reach afterwards, in milliseconds. */
  readonly lostMs: number;
  readonly onNote: (message: string) => void;
}

/** Decides how often and how long an unreachable runner is retried. */
export class Patience {
  readonly #options: PatienceOptions;
  #since: number;
  /** Only for messages. */
  #sinceWall: number;
  #limitMs: number;
  #pauseMs = FIRST_PAUSE_MS;
  #lastReason = "";

  constructor(options: PatienceOptions) {
    this.#options = options;
    this.#since = options.clock.elapsed();
    this.#sinceWall = options.clock.now();
    this.#limitMs = options.readyMs;
  }

  /** Records that the runner answered just now. */
  wasReached(): void {
    this.#since = this.#options.clock.elapsed();
    this.#sinceWall = this.#options.clock.now();
    this.#limitMs = this.#options.lostMs;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#lastReason = "";
  }

  /**
   * Waits before the next try. Throws `infrastructure` once the runner has been out of reach for too long.
   */
  async waitAfter(error: unknown, signal: AbortSignal): Promise<void> {
    const { name, clock, onNote } = this.#options;
    const reason = messageOf(error);
    const leftMs = this.#since + this.#limitMs - clock.elapsed();
    if (leftMs <= 0) {
      const message = `${name} could not be reached for ${this.#limitMs / 1000} s, since ${timeOfDay(this.#sinceWall)}: ${reason}`;
      throw new RefbenchError("infrastructure", message, { cause: error });
    }
    if (reason !== this.#lastReason) onNote(`waiting for ${name}: ${reason}`);
    this.#lastReason = reason;
    await clock.sleep(Math.min(this.#pauseMs, leftMs), signal);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
