import { messageOf } from "../../tools/error.ts";
import type { ProcessIdentity } from "../../tools/process/process-identity.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { FailureBackoff } from "../lease/failure-backoff.ts";
import { isLeaseHeld, type Lease, UNRENEWED_MS } from "../lease/lease.ts";
import type { BucketLeaseBook } from "../mirror/bucket-lease.ts";

/** A run's lease in its bucket. An outage of the bucket is reported once and does not end the run. */
export class LeaseInBucket {
  readonly #book: BucketLeaseBook;
  readonly #clock: Clock;
  readonly #holder: ProcessIdentity;
  readonly #note: (message: string) => void;
  readonly #backoff: FailureBackoff;
  #lease: Lease | undefined;
  /** Why the bucket did not answer last; undefined when it did. */
  #failure: string | undefined;
  #renewedAtMs: number;
  #renewingSinceMs: number | undefined;

  constructor(
    book: BucketLeaseBook,
    {
      clock,
      holder,
      note,
    }: {
      readonly clock: Clock;
      readonly holder: ProcessIdentity;
      /** Receives a warning when the bucket does not answer. */
      readonly note: (message: string) => void;
    },
  ) {
    this.#book = book;
    this.#clock = clock;
    this.#holder = holder;
    this.#note = note;
    this.#backoff = new FailureBackoff(clock);
    this.#renewedAtMs = clock.elapsed();
  }

  /** Its fencing number; undefined while the bucket has not answered. */
  get fence(): number | undefined {
    return this.#lease?.fence;
  }

  /** Takes the lease. Throws `lease_held`, and a failure of the bucket unless the lease may be absent. */
  async take({ mayBeAbsent }: { readonly mayBeAbsent: () => Promise<boolean> }): Promise<void> {
    try {
      this.#lease = await this.#book.acquire(this.#holder);
    } catch (error) {
      if (isLeaseHeld(error) || !(await mayBeAbsent())) throw error;
      this.#reportOutage(error);
    }
  }

  /** Releases a lease that was taken a moment ago, and ignores a failure: the lease ends automatically. */
  async giveBack(): Promise<void> {
    if (this.#lease !== undefined) await this.#book.release(this.#lease).catch(() => undefined);
  }

  /** Renews the lease, or takes it where the bucket answers for the first time. Throws `lease_held` only. */
  async renew(): Promise<void> {
    // One at a time, also during the back-off: a bucket that answers again must see a living holder.
    if (this.#renewingSinceMs !== undefined) return;
    this.#renewingSinceMs = this.#clock.elapsed();
    await this.#ask(async () => {
      if (this.#lease === undefined) this.#lease = await this.#book.acquire(this.#holder);
      else await this.#book.renew(this.#lease);
      this.#renewedAtMs = this.#clock.elapsed();
    }).finally(() => {
      this.#renewingSinceMs = undefined;
    });
  }

  /** Why another machine may soon take over unnoticed, or undefined. */
  doubt(): string | undefined {
    const now = this.#clock.elapsed();
    const hangs = this.#renewingSinceMs !== undefined && now - this.#renewingSinceMs >= UNRENEWED_MS;
    // After the machine slept, the next renewal decides.
    if ((this.#failure === undefined && !hangs) || now - this.#renewedAtMs < UNRENEWED_MS) return undefined;
    return `its lease in the bucket could not be renewed for ${UNRENEWED_MS / 60_000} minutes, so another machine may soon take over: ${this.#failure ?? "no answer"}`;
  }

  /** Throws `lease_held` when a larger fencing number exists in the bucket. */
  async check(): Promise<void> {
    if (this.#backoff.isBackingOff()) return;
    await this.#ask(async () => {
      if (this.#lease !== undefined) await this.#book.check(this.#lease);
    });
  }

  async release(): Promise<void> {
    await this.#ask(async () => {
      if (this.#lease !== undefined) await this.#book.release(this.#lease);
    });
  }

  async #ask(act: () => Promise<void>): Promise<void> {
    try {
      await this.#backoff.watch(act);
      this.#failure = undefined;
    } catch (error) {
      if (isLeaseHeld(error)) throw error;
      this.#reportOutage(error);
    }
  }

  #reportOutage(error: unknown): void {
    const isReported = this.#failure !== undefined;
    this.#failure = messageOf(error);
    // Once per outage: renewals fail every few seconds.
    if (isReported) return;
    this.#note(
      `the lease in the bucket cannot be read, so only the folder's lease is used: ${this.#failure}; retrying every few seconds`,
    );
  }
}
