const LIMIT = 64 * 1024;

/** The last 64 KiB a terminal showed, in one buffer that grows only as far as it must: there may be 10,000. */
export class Scrollback {
  #bytes = Buffer.alloc(0);
  #length = 0;

  add(chunk: Buffer): void {
    const kept = chunk.length > LIMIT ? chunk.subarray(chunk.length - LIMIT) : chunk;
    const needed = this.#length + kept.length;
    if (needed > LIMIT) {
      this.#bytes.copy(this.#bytes, 0, needed - LIMIT, this.#length);
      this.#length = LIMIT - kept.length;
    }
    if (this.#length + kept.length > this.#bytes.length) {
      const grown = Buffer.alloc(Math.min(LIMIT, Math.max(256, 2 * (this.#length + kept.length))));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    kept.copy(this.#bytes, this.#length);
    this.#length += kept.length;
  }

  contents(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }
}
