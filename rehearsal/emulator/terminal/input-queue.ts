type Sink = (chunk: Buffer | null) => void;

const NEWLINE = 10;

/** Standard input of the emulated shell: chunks that wait for whoever reads next. `null` is one end of file. */
export class InputQueue {
  readonly #chunks: (Buffer | null)[] = [];
  #sink: Sink | undefined;
  #ended = false;

  push(chunk: Buffer | null): void {
    if (this.#ended) return;
    if (this.#sink) this.#sink(chunk);
    else this.#chunks.push(chunk);
  }

  /** No more input will ever come: everything that reads now or later sees the end. */
  end(): void {
    this.#ended = true;
    this.#sink?.(null);
  }

  /** Hands every chunk on until an end of file; cheap enough for an echo loop. Ends early when aborted. */
  async drain(write: (chunk: Buffer) => void, signal: AbortSignal): Promise<void> {
    await this.#read(signal, (chunk, finish) => {
      if (chunk === null) finish();
      else write(chunk);
    });
  }

  /** The next line without its end; undefined at the end of file or when aborted. */
  async readLine(signal: AbortSignal): Promise<string | undefined> {
    let parts: Buffer[] | undefined;
    let line: string | undefined;
    await this.#read(signal, (chunk, finish) => {
      if (chunk === null) {
        if (parts) line = Buffer.concat(parts).toString("utf8");
        finish();
        return;
      }
      const end = chunk.indexOf(NEWLINE);
      (parts ??= []).push(end === -1 ? chunk : chunk.subarray(0, end));
      if (end === -1) return;
      line = Buffer.concat(parts).toString("utf8");
      finish(chunk.subarray(end + 1));
    });
    return line;
  }

  #read(
    signal: AbortSignal,
    take: (chunk: Buffer | null, finish: (rest?: Buffer) => void) => void,
  ): Promise<void> {
    return new Promise((resolve) => {
      const state = { done: false };
      const finish = (rest?: Buffer): void => {
        state.done = true;
        this.#sink = undefined;
        signal.removeEventListener("abort", aborted);
        if (rest && rest.length > 0) this.#chunks.unshift(rest);
        resolve();
      };
      const aborted = (): void => finish();
      if (signal.aborted) {
        finish();
        return;
      }
      while (this.#chunks.length > 0 && !state.done) take(this.#chunks.shift() ?? null, finish);
      if (this.#ended && !state.done) take(null, finish);
      if (state.done) return;
      this.#sink = (chunk) => take(chunk, finish);
      signal.addEventListener("abort", aborted);
    });
  }
}
