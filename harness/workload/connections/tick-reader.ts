import type { OutputReader } from "../../coder/shell-session.ts";

/** How a piece of traffic came back. */
export interface ReturnedPiece {
  readonly sequence: number;
  readonly state: "whole" | "truncated" | "wrong";
}

/** Digits of a sequence number, in base 36. */
export const SEQUENCE_DIGITS = 6;

/**
 * Finds the pieces of traffic in a shell's output, byte by byte: the mark, the sequence number, the padding,
 * the line's end. The typed command never looks like its output, because it has the mark in quotes.
 */
export class TickReader implements OutputReader {
  readonly #mark: string;
  readonly #padding: (sequence: number) => string;
  readonly #onPiece: (piece: ReturnedPiece) => void;
  /** The end of the output that may start a mark; after a mark, the piece so far. */
  #kept = "";
  #isInside = false;

  constructor(mark: string, padding: (sequence: number) => string, onPiece: (piece: ReturnedPiece) => void) {
    this.#mark = mark;
    this.#padding = padding;
    this.#onPiece = onPiece;
  }

  read(bytes: Buffer): void {
    let text = this.#kept + bytes.toString("latin1");
    for (;;) {
      if (!this.#isInside) {
        const at = text.indexOf(this.#mark);
        if (at === -1) {
          this.#kept = text.slice(Math.max(0, text.length - this.#mark.length + 1));
          return;
        }
        this.#isInside = true;
        text = text.slice(at + this.#mark.length);
      }
      const end = text.indexOf("\n");
      if (end === -1) {
        this.#kept = text;
        return;
      }
      this.#isInside = false;
      this.#take(text.slice(0, end).replace(/\r+$/, ""));
      text = text.slice(end + 1);
    }
  }

  #take(line: string): void {
    const digits = line.slice(0, SEQUENCE_DIGITS);
    const sequence = /^[0-9a-z]{6}$/.test(digits) ? parseInt(digits, 36) : -1;
    const expected = this.#padding(sequence);
    const body = line.slice(SEQUENCE_DIGITS);
    const isCut = digits.length < SEQUENCE_DIGITS || (sequence !== -1 && expected.startsWith(body));
    if (sequence !== -1 && body === expected) this.#onPiece({ sequence, state: "whole" });
    else this.#onPiece({ sequence, state: isCut ? "truncated" : "wrong" });
  }
}
