import { setTimeout as delay } from "node:timers/promises";
import type { Tty } from "./tty.ts";

/** A fault of a shell on a terminal. */
export type ShellFault =
  /** Reads and prints nothing, not even a prompt. */
  | "silent"
  /** Runs nothing any more: prints only what is typed. */
  | "echo-only"
  /** Prints "goodbye" in place of "hello". */
  | "wrong-output"
  /** Ends at its second line. */
  | "drops"
  /** Ends at its first line. */
  | "ends"
  /** Prints half of what is longer than a nonce. */
  | "truncates"
  /** Prints other letters in what is longer than a nonce. */
  | "garbles"
  /** Prints nothing any more after its first command. */
  | "mutes"
  /** Ends while it is idle, a moment after its first command. */
  | "hangs-up"
  /** Shows a menu without end and never becomes a shell. */
  | "menu";

/** The line by which refbench recognises a shell: no fault begins before it. */
const RECOGNITION = /^echo "[a-z]+""[a-z]+"(; stty -echo)?$/;
/** Longer than a nonce, which must come back unchanged for a connection to count as verified. */
const LONG = 40;
const HANG_UP_MS = 50;

/** The fault of one shell, asked around every line that the shell reads. */
export class FaultyShell {
  readonly #fault: ShellFault;
  readonly #tty: Tty;
  #lines = 0;

  constructor(fault: ShellFault, tty: Tty) {
    this.#fault = fault;
    this.#tty = tty;
    if (fault === "silent") tty.isMute = true;
  }

  /** Counts a line; returns whether the shell runs it, ignores it or ends. */
  take(line: string): "run" | "ignore" | "end" {
    if (this.#fault === "silent") return "ignore";
    if (RECOGNITION.test(line.trim())) return "run";
    this.#lines += 1;
    if (this.#fault === "ends" || (this.#fault === "drops" && this.#lines === 2)) return "end";
    return this.#fault === "echo-only" || (this.#fault === "mutes" && this.#lines > 1) ? "ignore" : "run";
  }

  /** Returns what the shell prints in place of a command's output. */
  change(output: string | Buffer): string | Buffer {
    const text = output.toString();
    if (this.#fault === "wrong-output") return text === "hello\n" ? "goodbye\n" : output;
    if (text.length <= LONG) return output;
    if (this.#fault === "truncates") return `${text.slice(0, text.length / 2)}\n`;
    return this.#fault === "garbles" ? text.replace(/...\n$/, "###\n") : output;
  }

  /** Called after a line was run; resolves with whether the shell ends while nobody types. */
  async isHangingUp(signal: AbortSignal): Promise<boolean> {
    if (this.#fault === "mutes" && this.#lines > 0) this.#tty.isMute = true;
    if (this.#fault !== "hangs-up" || this.#lines === 0) return false;
    await delay(HANG_UP_MS, undefined, { signal });
    return true;
  }
}
