import { lastWords } from "./last-words.ts";

/** Output kept of a line that has not ended, and of the last output for messages. */
const MAX_KEPT = 512;
/** Bytes of output kept of an idle session, to report what it last printed. 10,000 sessions keep them. */
const MAX_LAST = 160;
// eslint-disable-next-line no-control-regex -- terminals answer in control sequences
const CONTROL_SEQUENCES = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[=>])/g;

export type AskOutcome =
  | { readonly state: "answered"; readonly atMs: number }
  /** The shell continued without the expected line. */
  | { readonly state: "wrong"; readonly output: string }
  | { readonly state: "silent" | "closed"; readonly output: string };

/** Text that may precede an answer on its line: a prompt ends in a sign, a command in a word. */
const ENDS_AS_PROMPT = /[^\w\s]\s*$/;

export interface AskOptions {
  readonly timeoutMs: number;
  /** A line that the shell prints afterwards. If it comes first, the expected one will never come. */
  readonly marker?: string;
  /**
   * Whether a prompt may precede the expected line, which must then be a word that nothing else prints. A shell
   * without line editing prints its prompt there if the question was typed ahead, for example after a stall.
   */
  readonly mayFollowPrompt?: boolean;
}

interface Pending extends Pick<AskOptions, "mayFollowPrompt" | "marker"> {
  readonly expected: string;
  readonly settle: (outcome: AskOutcome) => void;
}

/** The transport of one interactive shell: a web terminal or an SSH channel. */
export interface ShellTransport {
  write(text: string): void;
  /** Closes it cleanly; calls `onClosed` once the other side has closed too. */
  close(onClosed: () => void): void;
  /** Ends it at once, because the other side does not answer any more. */
  destroy(): void;
  /** Asks the other side for a sign of life. Any answer counts. */
  ping(): void;
  /** How the bytes travel, where that is known. */
  path?(): Promise<"relayed" | "direct" | undefined>;
}

/** How a session ended. */
export interface SessionEnd {
  readonly why: "closed-by-us" | "lost" | "half-open";
  readonly reason: string;
}

/** Reads all output of a session, besides the questions. */
export interface OutputReader {
  read(bytes: Buffer): void;
}

/**
 * One interactive shell. An answer is a whole output line that equals the expected text. The echo of the typed
 * command never counts, because its line has the command's other words.
 */
export class ShellSession {
  readonly kind: "terminal" | "ssh";
  /** Bytes typed and bytes of output. */
  sent = 0;
  received = 0;
  /** When anything last came from the other side, including a sign of life. */
  heardMs = performance.now();
  reader: OutputReader | undefined;
  readonly #transport: ShellTransport;
  #end: SessionEnd | undefined;
  #onEnd: ((end: SessionEnd) => void) | undefined;
  #pending: Pending[] = [];
  #partial = "";
  #recent = "";
  #last = "";
  #isShell = false;

  constructor(kind: "terminal" | "ssh", transport: ShellTransport) {
    this.kind = kind;
    this.#transport = transport;
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** Whether it answered a question, so that a shell reads what is typed. Output before that is kept, to name what else reads it. */
  get isShell(): boolean {
    return this.#isShell;
  }

  /** Calls one listener when the session ends, or at once if it has ended. */
  onEnd(listener: (end: SessionEnd) => void): void {
    if (this.#end === undefined) this.#onEnd = listener;
    else listener(this.#end);
  }

  /** Types a line and waits for a whole line that equals `expected`; with `marker`, that line ends the wait too. */
  ask(line: string, expected: string, options: AskOptions): Promise<AskOutcome> {
    return new Promise((resolve) => {
      if (!this.isOpen) {
        resolve({ state: "closed", output: "" });
        return;
      }
      const timer = setTimeout(() => {
        this.#pending = this.#pending.filter((other) => other !== pending);
        resolve({ state: "silent", output: this.#recent + this.#partial });
        this.#forget();
      }, options.timeoutMs);
      const pending: Pending = {
        expected,
        ...(options.marker === undefined ? {} : { marker: options.marker }),
        ...(options.mayFollowPrompt === undefined ? {} : { mayFollowPrompt: options.mayFollowPrompt }),
        settle: (outcome) => {
          clearTimeout(timer);
          resolve(outcome);
        },
      };
      this.#pending.push(pending);
      this.type(`${line}\r`);
    });
  }

  /** Types text without waiting. */
  type(text: string): void {
    this.sent += text.length;
    this.#transport.write(text);
  }

  /** Asks for a sign of life, to be seen in `heardMs`. */
  ping(): void {
    if (this.isOpen) this.#transport.ping();
  }

  /** How its bytes travel, where that is known. */
  async path(): Promise<"relayed" | "direct" | undefined> {
    return this.#transport.path?.();
  }

  /**
   * Ends the shell, so that no process stays behind, and the connection. Calls `onClosed` when the other side
   * has closed. Nothing is typed into a session that never answered like a shell.
   */
  close(onClosed: () => void = () => undefined): void {
    if (!this.isOpen) {
      onClosed();
      return;
    }
    if (this.#isShell) this.#transport.write("exit\r");
    this.#transport.close(onClosed);
    this.#over({ why: "closed-by-us", reason: "closed by us" });
  }

  /** Gives up a connection that no longer answers. */
  giveUp(reason: string): void {
    if (!this.isOpen) return;
    this.#transport.destroy();
    this.#over({ why: "half-open", reason });
  }

  /** The other side gave a sign of life; called by the connection. */
  heard(): void {
    this.heardMs = performance.now();
  }

  /** Takes output bytes; called by the connection. */
  push(bytes: Buffer): void {
    this.heardMs = performance.now();
    this.received += bytes.length;
    this.reader?.read(bytes);
    // Under traffic the last bytes are the load's own.
    if (this.reader === undefined)
      this.#last = bytes.toString("latin1", Math.max(0, bytes.length - MAX_LAST));
    if (this.#pending.length === 0 && this.#isShell) {
      this.#partial = "";
      return;
    }
    const lines = (this.#partial + bytes.toString("latin1")).split("\n");
    this.#partial = (lines.pop() ?? "").slice(-MAX_KEPT);
    for (const line of lines) this.#read(line.replace(CONTROL_SEQUENCES, "").replaceAll("\r", ""));
  }

  /** The connection is gone; called by the connection. */
  end(reason: string): void {
    const words = this.reader === undefined ? lastWords(this.#recent + this.#partial || this.#last) : "";
    const after = words === "" ? "" : `; it last printed ${JSON.stringify(words)}`;
    this.#over({ why: "lost", reason: `${reason}${after}` });
  }

  #over(end: SessionEnd): void {
    if (!this.isOpen) return;
    this.#end = end;
    for (const pending of this.#pending)
      pending.settle({ state: "closed", output: this.#recent + this.#partial });
    this.#pending = [];
    this.#onEnd?.(end);
  }

  #read(line: string): void {
    this.#recent = `${this.#recent}${line}\n`.slice(-MAX_KEPT);
    const index = this.#pending.findIndex((one) => isAnswer(one, line) || one.marker === line);
    const pending = this.#pending[index];
    if (pending === undefined) return;
    this.#pending.splice(index, 1);
    if (isAnswer(pending, line)) {
      this.#isShell = true;
      pending.settle({ state: "answered", atMs: performance.now() });
    } else pending.settle({ state: "wrong", output: this.#recent });
    this.#forget();
  }

  /** Without a question nobody needs the output, and thousands of idle sessions would keep it. */
  #forget(): void {
    if (this.#pending.length === 0 && this.#isShell) this.#recent = "";
  }
}

function isAnswer({ expected, mayFollowPrompt }: Pending, line: string): boolean {
  if (line === expected) return true;
  if (mayFollowPrompt !== true || !line.endsWith(expected)) return false;
  return ENDS_AS_PROMPT.test(line.slice(0, -expected.length));
}
