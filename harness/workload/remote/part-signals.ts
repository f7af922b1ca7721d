import { messageOf } from "../../tools/error.ts";
import type { TaskOptions } from "../../model/ports/worker.ts";
import type { Attachment } from "./attachment.ts";

/**
 * Connects a part of a load with the others: lets it continue after it waited, and passes on that another part stopped
 * itself. A lost connection loses neither, because both are sent again.
 */
export class PartSignals implements Disposable {
  readonly #options: Pick<TaskOptions, "onWaiting" | "suffering">;
  #attachment: Attachment | undefined;
  #goes = 0;

  constructor(options: Pick<TaskOptions, "onWaiting" | "suffering">) {
    this.#options = options;
    options.suffering?.addEventListener("abort", this.#onSuffering);
  }

  attach(attachment: Attachment): void {
    this.#attachment = attachment;
    this.#onSuffering();
    this.#sendGo();
  }

  detach(): void {
    this.#attachment = undefined;
  }

  /** The part waits: the event of this number says so. */
  waits(number: number, before: string): void {
    void Promise.resolve(this.#options.onWaiting?.(before)).then(() => {
      this.#goes = Math.max(this.#goes, number);
      this.#sendGo();
    });
  }

  [Symbol.dispose](): void {
    this.#options.suffering?.removeEventListener("abort", this.#onSuffering);
  }

  #sendGo(): void {
    if (this.#goes > 0) this.#attachment?.send({ type: "go", number: this.#goes });
  }

  readonly #onSuffering = (): void => {
    const { suffering } = this.#options;
    if (suffering?.aborted === true)
      this.#attachment?.send({ type: "abort", why: messageOf(suffering.reason) });
  };
}
