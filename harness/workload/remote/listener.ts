import type { WorkerEvent } from "../../model/ports/worker.ts";

/**
 * Passes events to the caller. If the caller throws, the task ends, and the error must not look like a lost
 * connection.
 */
export class Listener {
  readonly #onEvent: (event: WorkerEvent) => void;
  readonly #onBroken: () => void;
  #broken: { readonly error: unknown } | undefined;

  constructor(onEvent: (event: WorkerEvent) => void, onBroken: () => void) {
    this.#onEvent = onEvent;
    this.#onBroken = onBroken;
  }

  hear(event: WorkerEvent): void {
    if (this.#broken !== undefined) return;
    try {
      this.#onEvent(event);
    } catch (error) {
      this.#broken = { error };
      this.#onBroken();
    }
  }

  throwIfBroken(): void {
    if (this.#broken !== undefined) throw this.#broken.error;
  }
}
