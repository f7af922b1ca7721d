import type { Clock } from "../../tools/time/clock.ts";

/**
 * Polls per second of all waiting workspaces together, for each of the two states: cheap for client and
 * server.
 */
const POLLS_PER_SECOND = 300;
const MIN_MS = 100;
const MAX_MS = 2000;
const MAX_AHEAD_MS = 10_000;

/**
 * How long a waiting workspace sleeps between two polls, so that 1,200 of them cost the server a steady few
 * hundred requests a second. The more workspaces wait, the less often each polls; those far behind in the
 * build queue poll even less.
 */
export class PollPace {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #waiting = { queued: 0, active: 0 };
  #shortestBuildMs = 0;

  constructor(clock: Clock, capacity: number) {
    this.#clock = clock;
    this.#capacity = Math.max(1, capacity);
  }

  /**
   * Records how long a build took. Builds behind others in the queue cannot start much earlier than such
   * builds allow.
   */
  sawBuild(milliseconds: number): void {
    if (this.#shortestBuildMs === 0 || milliseconds < this.#shortestBuildMs)
      this.#shortestBuildMs = Math.max(0, milliseconds);
  }

  async sleep(state: "queued" | "active", queuePosition: number, signal: AbortSignal): Promise<void> {
    this.#waiting[state]++;
    try {
      await this.#clock.sleep(this.#intervalMs(state, queuePosition), signal);
    } finally {
      this.#waiting[state]--;
    }
  }

  #intervalMs(state: "queued" | "active", queuePosition: number): number {
    const shared = (this.#waiting[state] * 1000) / POLLS_PER_SECOND;
    const interval = Math.min(MAX_MS, Math.max(MIN_MS, shared));
    if (state === "active") return interval;
    const buildsAhead = Math.floor(queuePosition / this.#capacity);
    return interval + Math.min(MAX_AHEAD_MS, (buildsAhead * this.#shortestBuildMs) / 2);
  }
}
