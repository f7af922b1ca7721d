const SLOT_MS = 1_000;

/**
 * Items to check once their time has come, to a second. Connections are heard every 15 seconds; checking all
 * 10,000 every second would cost a tenth of holding them.
 */
export class QuietWheel<T> {
  readonly #slots = new Map<number, T[]>();
  #next: number;

  constructor(nowMs: number) {
    this.#next = Math.floor(nowMs / SLOT_MS);
  }

  /** Adds an item to be taken at that time, or at the next `take` if it has passed. */
  put(item: T, atMs: number): void {
    const number = Math.max(this.#next, Math.ceil(atMs / SLOT_MS));
    const slot = this.#slots.get(number);
    if (slot === undefined) this.#slots.set(number, [item]);
    else slot.push(item);
  }

  /** Removes and returns the items whose time has come. Put an item back to check it again. */
  take(nowMs: number): T[] {
    const taken: T[] = [];
    for (; this.#next * SLOT_MS <= nowMs; this.#next++) {
      for (const item of this.#slots.get(this.#next) ?? []) taken.push(item);
      this.#slots.delete(this.#next);
    }
    return taken;
  }
}
