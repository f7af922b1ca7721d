import { messageOf } from "../../tools/error.ts";
import type { RunLease } from "./run-lease.ts";
import { isLeaseHeld } from "../lease/lease.ts";

/** How often a lease is renewed. */
const RENEW_MS = 10_000;

/** Renews a lease until it is disposed of. */
export class LeaseKeeper implements Disposable {
  readonly #lease: RunLease;
  readonly #note: (message: string) => void;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #isReported = false;

  constructor(lease: RunLease, note: (message: string) => void, renewMs = RENEW_MS) {
    this.#lease = lease;
    this.#note = note;
    this.#timer = setInterval(() => void this.renew(), renewMs);
  }

  /** Aborts, with `lease_held`, once another process holds the lease. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Renews the lease now. A failure is reported once and retried: only another holder can take a lease away.
   */
  async renew(): Promise<void> {
    try {
      await this.#lease.renew();
      this.#isReported = false;
    } catch (error) {
      if (isLeaseHeld(error)) this.#lost.abort(error);
      else if (!this.#isReported) {
        this.#isReported = true;
        this.#note(`the lease cannot be renewed, retrying every few seconds: ${messageOf(error)}`);
      }
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
