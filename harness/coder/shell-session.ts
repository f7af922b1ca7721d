/** Output kept of a line that has not ended, and of the last output for messages. */
const MAX_KEPT = 512;
// eslint-disable-next-line no-control-regex -- terminals answer in control sequences
const CONTROL_SEQUENCES = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[=>])/g;

export type AskOutcome =
  | { readonly state: "answered"; readonly atMs: number }
  /** The shell went on without the expected line. */
  | { readonly state: "wrong"; readonly output: string }
  | { readonly state: "silent" | "closed"; readonly output: string };

interface Pending {
  readonly expected: string;
  /** A line that the shell prints afterwards: seen first, the expected one never comes. */
  readonly marker?: string;
  readonly settle: (outcome: AskOutcome) => void;
}

/** What carries the bytes of one interactive shell: a web terminal or an SSH channel. */
export interface ShellTransport {
  write(text: string): void;
  close(): void;
}

/**
 * One interactive shell. An answer is a whole output line that equals what was expected, so that the echo of the
 * typed command, which stands on a line with the command's other words, never counts.
 */
export class ShellSession {
  readonly kind: "terminal" | "ssh";
  /** Resolves with the reason once the other side or `close` ended it. */
  readonly closed: Promise<string>;
  readonly #transport: ShellTransport;
  #end!: (reason: string) => void;
  #pending: Pending[] = [];
  #partial = "";
  #recent = "";
  #isOpen = true;

  constructor(kind: "terminal" | "ssh", transport: ShellTransport) {
    this.kind = kind;
    this.#transport = transport;
    this.closed = new Promise((resolve) => (this.#end = resolve));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Types a line and waits for a whole line that equals `expected`; with `marker`, that line ends the wait too. */
  ask(
    line: string,
    expected: string,
    options: { readonly timeoutMs: number; readonly marker?: string },
  ): Promise<AskOutcome> {
    return new Promise((resolve) => {
      if (!this.#isOpen) {
        resolve({ state: "closed", output: "" });
        return;
      }
      const timer = setTimeout(() => {
        this.#pending = this.#pending.filter((other) => other !== pending);
        resolve({ state: "silent", output: this.#recent + this.#partial });
      }, options.timeoutMs);
      const pending: Pending = {
        expected,
        ...(options.marker === undefined ? {} : { marker: options.marker }),
        settle: (outcome) => {
          clearTimeout(timer);
          resolve(outcome);
        },
      };
      if (this.#pending.length === 0) this.#recent = "";
      this.#pending.push(pending);
      this.#transport.write(`${line}\r`);
    });
  }

  /** Ends the shell, so that no process stays behind, and the connection. */
  close(): void {
    if (!this.#isOpen) return;
    this.#transport.write("exit\r");
    this.#transport.close();
    this.end("closed by us");
  }

  /** Takes output bytes; called by the connection. */
  push(bytes: Buffer): void {
    if (this.#pending.length === 0) {
      this.#partial = "";
      return;
    }
    const lines = (this.#partial + bytes.toString("latin1")).split("\n");
    this.#partial = (lines.pop() ?? "").slice(-MAX_KEPT);
    for (const line of lines) this.#read(line.replace(CONTROL_SEQUENCES, "").replaceAll("\r", ""));
  }

  /** The connection is gone; called by the connection. */
  end(reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const pending of this.#pending)
      pending.settle({ state: "closed", output: this.#recent + this.#partial });
    this.#pending = [];
    this.#end(reason);
  }

  #read(line: string): void {
    this.#recent = `${this.#recent}${line}\n`.slice(-MAX_KEPT);
    const index = this.#pending.findIndex((one) => one.expected === line || one.marker === line);
    const pending = this.#pending[index];
    if (pending === undefined) return;
    this.#pending.splice(index, 1);
    if (pending.expected === line) pending.settle({ state: "answered", atMs: performance.now() });
    else pending.settle({ state: "wrong", output: this.#recent });
  }
}
