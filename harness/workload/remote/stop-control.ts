import { RefbenchError } from "../../tools/error.ts";
import type { Attachment } from "./attachment.ts";

/** Beyond the grace that the host gives its task itself: the stop and the result have to travel. */
const KILL_MARGIN_MS = 10_000;
const GIVE_UP_MARGIN_MS = 10_000;
/** For the last line over a connection that may hang itself. */
const TELL_MS = 1_000;

/**
 * What an abort means for a task on a runner: before the task was sent, the end; afterwards a stop that is told over
 * this connection or the next, then a kill, and at last giving up.
 */
export class StopControl implements Disposable {
  readonly #giveUp = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #signal: AbortSignal;
  readonly #graceMs: number;
  #abandoned: RefbenchError | undefined;
  #isSent = false;
  #isToBeKilled = false;
  #attachment: Attachment | undefined;

  constructor(signal: AbortSignal, graceMs: number) {
    this.#signal = signal;
    this.#graceMs = graceMs;
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener("abort", this.#onAbort);
  }

  /** Aborts when nothing of the task is waited for any more; its reason is the error to throw. */
  get giveUp(): AbortSignal {
    return this.#giveUp.signal;
  }

  /** Throws the error that the task was abandoned with: what its killed host leaves behind says less. */
  throwIfAbandoned(): void {
    if (this.#abandoned !== undefined) throw this.#abandoned;
  }

  /** From now on the task may run, so that an abort has to stop it. */
  taskIsSent(): void {
    if (this.#signal.aborted) throw this.#tooEarly();
    this.#isSent = true;
  }

  attach(attachment: Attachment): void {
    this.#attachment = attachment;
    this.#tell();
  }

  detach(): void {
    this.#attachment = undefined;
  }

  /** Kills the host at once, as far as a connection is there: its result is of no use any more. */
  kill(): void {
    this.#isToBeKilled = true;
    this.#tell();
  }

  /** Kills the host as far as that can be told, and ends the wait for it with the error. */
  abandon(error: RefbenchError): void {
    this.#abandoned = error;
    this.kill();
    this.#timers.push(setTimeout(() => this.#giveUp.abort(error), TELL_MS));
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#timers.forEach(clearTimeout);
  }

  readonly #onAbort = (): void => {
    if (!this.#isSent) {
      this.#giveUp.abort(this.#tooEarly());
      return;
    }
    this.#tell();
    const killMs = this.#graceMs + KILL_MARGIN_MS;
    this.#timers.push(
      setTimeout(() => this.kill(), killMs),
      setTimeout(() => {
        const seconds = (killMs + GIVE_UP_MARGIN_MS) / 1000;
        const message = `the load runner could not be told to stop within ${seconds} s: it stops by itself when nobody attends to it`;
        this.#giveUp.abort(new RefbenchError("shard", message));
      }, killMs + GIVE_UP_MARGIN_MS),
    );
  };

  #tooEarly(): RefbenchError {
    return new RefbenchError("interrupted", "stopped before the task was sent to the load runner", {
      cause: this.#signal.reason,
    });
  }

  #tell(): void {
    if (this.#isToBeKilled) this.#attachment?.send({ type: "kill" });
    else if (this.#signal.aborted) this.#attachment?.send({ type: "stop" });
  }
}
