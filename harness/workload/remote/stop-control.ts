import { RefbenchError } from "../../tools/error.ts";
import type { Attachment } from "./attachment.ts";

/** Added to the host's own grace, because the stop and the result take time to travel. */
const KILL_MARGIN_MS = 10_000;
const GIVE_UP_MARGIN_MS = 10_000;
/** Time for the last line over a connection that may hang. */
const LAST_SEND_MS = 1_000;

/**
 * Handles an abort for a task on a runner. Before the task is sent, the abort ends everything. Afterwards it
 * sends a stop over this connection or the next, then a kill, and finally gives up.
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

  /** Aborts when waiting for the task ends; its reason is the error to throw. */
  get giveUp(): AbortSignal {
    return this.#giveUp.signal;
  }

  /** Throws the error of an abandoned task, which says more than the remains of its killed host. */
  throwIfAbandoned(): void {
    if (this.#abandoned !== undefined) throw this.#abandoned;
  }

  /** Records that the task may run from now on, so that an abort must stop it. */
  taskIsSent(): void {
    if (this.#signal.aborted) throw this.#tooEarly();
    this.#isSent = true;
  }

  attach(attachment: Attachment): void {
    this.#attachment = attachment;
    this.#send();
  }

  detach(): void {
    this.#attachment = undefined;
  }

  /** Kills the host at once, or as soon as there is a connection: its result is no longer needed. */
  kill(): void {
    this.#isToBeKilled = true;
    this.#send();
  }

  /** Kills the host if possible, and ends the wait for it with the error. */
  abandon(error: RefbenchError): void {
    this.#abandoned = error;
    this.kill();
    this.#timers.push(setTimeout(() => this.#giveUp.abort(error), LAST_SEND_MS));
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
    this.#send();
    const killMs = this.#graceMs + KILL_MARGIN_MS;
    this.#timers.push(
      setTimeout(() => this.kill(), killMs),
      setTimeout(() => {
        const seconds = (killMs + GIVE_UP_MARGIN_MS) / 1000;
        const message = `the load runner did not receive the stop within ${seconds} s: it stops once it has no client`;
        this.#giveUp.abort(new RefbenchError("worker", message));
      }, killMs + GIVE_UP_MARGIN_MS),
    );
  };

  #tooEarly(): RefbenchError {
    return new RefbenchError("interrupted", "stopped before the task was sent to the load runner", {
      cause: this.#signal.reason,
    });
  }

  #send(): void {
    if (this.#isToBeKilled) this.#attachment?.send({ type: "kill" });
    else if (this.#signal.aborted) this.#attachment?.send({ type: "stop" });
  }
}
