const NEWLINE = 0x0a;

/** A longer line is cut here. The result of the largest load is a few megabytes. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Splits bytes that arrive in chunks into lines, at `\n` and nowhere else. JSON may hold U+2028, U+2029 and U+0085 as
 * they are, and Node's `readline` breaks lines there since version 24; this is the only splitter of the project.
 *
 * A character that is cut across two chunks stays whole. A line beyond `mostBytes` is cut, so that a program that never
 * ends its line cannot fill the memory: what remains of it is not JSON, which the reader reports.
 */
export class LineSplitter {
  readonly #mostBytes: number;
  #parts: Buffer[] = [];
  #kept = 0;
  #isBegun = false;

  constructor({ mostBytes = MOST_BYTES }: { readonly mostBytes?: number } = {}) {
    this.#mostBytes = mostBytes;
  }

  /** The lines that this chunk completes, without their `\n`. The chunk's bytes may be reused afterwards. */
  push(chunk: Uint8Array): string[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const lines: string[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
      this.#keep(bytes.subarray(from, end));
      lines.push(this.#take());
      from = end + 1;
    }
    if (from < bytes.length) this.#keep(bytes.subarray(from));
    return lines;
  }

  /** The last line, where its writer ended without a `\n`. */
  end(): string[] {
    return this.#isBegun ? [this.#take()] : [];
  }

  #keep(bytes: Buffer): void {
    this.#isBegun = true;
    const kept = bytes.subarray(0, this.#mostBytes - this.#kept);
    if (kept.length === 0) return;
    this.#kept += kept.length;
    this.#parts.push(Buffer.from(kept));
  }

  #take(): string {
    const line = Buffer.concat(this.#parts).toString("utf8");
    this.#parts = [];
    this.#kept = 0;
    this.#isBegun = false;
    return line;
  }
}

/** Each line of a stream, the last one also where it ends without a `\n`. Text chunks are taken as UTF-8. */
export async function* readLines(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const splitter = new LineSplitter();
  for await (const chunk of chunks) {
    yield* splitter.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  }
  yield* splitter.end();
}

/** The lines of a whole text, the last one also where it ends without a `\n`. */
export function linesIn(text: Uint8Array | string): string[] {
  const splitter = new LineSplitter({ mostBytes: Infinity });
  return [...splitter.push(typeof text === "string" ? Buffer.from(text) : text), ...splitter.end()];
}
