/**
 * Lets the parts of a load continue together: an arriving part waits until all running parts have arrived as
 * often.
 */
export class Barrier {
  /** How often each running part has arrived. */
  readonly #arrived: Map<number, number>;
  readonly #waiting = new Map<number, () => void>();

  constructor(parts: number) {
    this.#arrived = new Map(Array.from({ length: parts }, (_, index) => [index, 0]));
  }

  /** Resolves when every other part has also arrived, or has left. */
  arrive(part: number): Promise<void> {
    return new Promise((resolve) => {
      this.#arrived.set(part, (this.#arrived.get(part) ?? 0) + 1);
      this.#waiting.set(part, resolve);
      this.#release();
    });
  }

  /** Removes an ended part: the others no longer wait for it. */
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
