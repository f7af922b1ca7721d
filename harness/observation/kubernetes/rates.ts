/** A counter at a moment, in milliseconds by any clock that is always the same one. */
export interface Counter {
  readonly value: number;
  readonly atMs: number;
}

interface Known extends Counter {
  rate: number | undefined;
  /** Samples since it was last seen. */
  unseen: number;
}

/** Counters that were not seen for this many samples are forgotten: pods come and go. */
const FORGET_AFTER = 12;

/** Turns counters into their growth in one second. */
export class Rates {
  readonly #known = new Map<string, Known>();

  /**
   * Returns the mean growth in one second since the reading before. A counter that its server has not read again keeps
   * the rate that it had; one that is new or began again has none.
   */
  rate(key: string, { value, atMs }: Counter): number | undefined {
    const before = this.#known.get(key);
    if (before !== undefined && atMs === before.atMs) {
      before.unseen = 0;
      return before.rate;
    }
    const seconds = before === undefined ? 0 : (atMs - before.atMs) / 1_000;
    const rate =
      before === undefined || seconds <= 0 || value < before.value
        ? undefined
        : (value - before.value) / seconds;
    this.#known.set(key, { value, atMs, rate, unseen: 0 });
    return rate;
  }

  /** Ends one sample. */
  endSample(): void {
    for (const [key, known] of this.#known) if (++known.unseen > FORGET_AFTER) this.#known.delete(key);
  }
}
