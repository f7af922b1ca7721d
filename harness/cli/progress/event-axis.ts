import type { Clock } from "../../tools/time/clock.ts";
import type { StoredEvent } from "../../model/ports/event.ts";
import { momentNow, msBetween } from "../../tools/time/moment.ts";

/**
 * One time axis for the events of several processes and for their view. Setting the clock does not change it: all stamps
 * are relative to this machine's clock at the beginning of the view.
 */
export class EventAxis {
  readonly #clock: Clock;
  readonly #from;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#from = momentNow(clock);
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#from.atMs + msBetween(this.#from, momentNow(this.#clock)).ms;
  }

  /** The event with its stamp on this axis. An event of another boot, or of an earlier version, keeps its stamp. */
  place(event: StoredEvent): StoredEvent {
    const { atMs, sinceBoot } = this.#from;
    if (event.sinceBoot?.boot !== sinceBoot.boot) return event;
    return { ...event, at: new Date(atMs + event.sinceBoot.ms - sinceBoot.ms).toISOString() };
  }
}
