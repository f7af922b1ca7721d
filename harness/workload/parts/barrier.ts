/** Lets parts of a load go on together: whoever arrives waits until all that still run have arrived as often. */
export class Barrier {
  /** How often each part arrived, of those that still run. */
  readonly #arrived: Map<number, number>;
  readonly #waiting = new Map<number, () => void>();

  constructor(parts: number) {
    this.#arrived = new Map(Array.from({ length: parts }, (_, index) => [index, 0]));
  }

  /** Resolves when every other part has arrived too, or has left. */
  arrive(part: number): Promise<void> {
    return new Promise((resolve) => {
      this.#arrived.set(part, (this.#arrived.get(part) ?? 0) + 1);
      this.#waiting.set(part, resolve);
      this.#release();
    });
  }

  /** The part has ended: nobody waits for it any more. */
  leave(part: number): void {
    this.#arrived.delete(part);
    this.#waiting.delete(part);
    this.#release();
  }

  #release(): void {
    const slowest = Math.min(...this.#arrived.values());
    for (const [part, go] of this.#waiting) {
      if ((this.#arrived.get(part) ?? 0) > slowest) continue;
      this.#waiting.delete(part);
      go();
    }
  }
}
