const SLOT_MS = 1_000;

/**
 * What is to be looked at when its time has come, to a second: of 10,000 connections that are heard every 15 seconds,
 * looking at each of them every second would be a tenth of what holding them costs.
 */
export class QuietWheel<T> {
  readonly #slots = new Map<number, T[]>();
  #next: number;

  constructor(nowMs: number) {
    this.#next = Math.floor(nowMs / SLOT_MS);
  }

  /** To be taken at that instant, not before, and at the next look where that is past. */
  put(item: T, atMs: number): void {
    const number = Math.max(this.#next, Math.ceil(atMs / SLOT_MS));
    const slot = this.#slots.get(number);
    if (slot === undefined) this.#slots.set(number, [item]);
    else slot.push(item);
  }

  /** All whose time has come, each once; whoever is to be looked at again is put back. */
  take(nowMs: number): T[] {
    const taken: T[] = [];
    for (; this.#next * SLOT_MS <= nowMs; this.#next++) {
      for (const item of this.#slots.get(this.#next) ?? []) taken.push(item);
      this.#slots.delete(this.#next);
    }
    return taken;
  }
}
