import type { Clock } from "../../tools/time/clock.ts";
import { endProcess } from "../../tools/process/local-process.ts";
import { LEASE_MS, type Lease, type LeaseBook } from "./lease.ts";
import { livenessOf } from "../../tools/process/process-identity.ts";

/** After this long without a renewal (renewals come every 10 s), a waiting process reports it. */
const SILENT_MS = 60_000;

/** How often a lease is read while waiting for a sign of its holder. */
const LOOK_MS = 500;

/** The result of one reading of a lease. */
export interface LeaseLook {
  /** Whether its holder is believed to work. */
  readonly isHeld: boolean;
  readonly lease: Lease | undefined;
  /** How long this watch has seen no renewal, by a clock that cannot be set. */
  readonly unrenewedMs: number;
}

/**
 * Watches who holds a lease. A holder is believed while its renewals change: a living process may hang, and
 * the stamp of another clock may lie in the future. A holder that has not renewed for `LEASE_MS` is killed if
 * it runs on this machine, and its lease is released.
 */
export class LeaseWatch {
  readonly #book: LeaseBook;
  readonly #clock: Clock;
  readonly #note: (message: string) => void;
  #seen: { readonly fence: number; readonly renewedAtMs: number; readonly sinceMs: number } | undefined;
  #isNoted = false;

  /** `note` receives warnings about a silent holder and what is done about it. */
  constructor(book: LeaseBook, clock: Clock, note: (message: string) => void = () => undefined) {
    this.#book = book;
    this.#clock = clock;
    this.#note = note;
  }

  async look(): Promise<LeaseLook> {
    const lease = await this.#book.current();
    if (lease === undefined || !this.#book.holds(lease)) return { isHeld: false, lease, unrenewedMs: 0 };
    const unrenewedMs = this.#unrenewedMs(lease);
    if (unrenewedMs < LEASE_MS) {
      if (unrenewedMs >= SILENT_MS) this.#noteSilence(lease, unrenewedMs);
      return { isHeld: true, lease, unrenewedMs };
    }
    await this.#giveUp(lease);
    return { isHeld: false, lease, unrenewedMs };
  }

  /** Waits until the holder renews its lease, loses it, or stays silent for `ms`. */
  async nextSign(ms: number, signal?: AbortSignal): Promise<"renewed" | "free" | "silent"> {
    const first = await this.look();
    for (let now = first; ; now = await this.look()) {
      if (!now.isHeld) return "free";
      const isSame =
        now.lease?.fence === first.lease?.fence && now.lease?.renewedAtMs === first.lease?.renewedAtMs;
      if (!isSame) return "renewed";
      if (now.unrenewedMs >= ms) return "silent";
      await this.#clock.sleep(LOOK_MS, signal);
    }
  }

  #unrenewedMs({ fence, renewedAtMs }: Lease): number {
    const nowMs = this.#clock.elapsed();
    const seen = this.#seen;
    if (seen?.fence === fence && seen.renewedAtMs === renewedAtMs) return nowMs - seen.sinceMs;
    this.#seen = { fence, renewedAtMs, sinceMs: nowMs };
    this.#isNoted = false;
    return 0;
  }

  #noteSilence({ holder }: Lease, unrenewedMs: number): void {
    if (this.#isNoted) return;
    this.#isNoted = true;
    this.#note(
      `process ${holder.pid} on ${holder.host} has not renewed its lease for ${Math.floor(unrenewedMs / 1000)} s; it loses the lease after ${LEASE_MS / 60_000} minutes without a renewal`,
    );
  }

  async #giveUp(lease: Lease): Promise<void> {
    const { holder } = lease;
    const isHere = livenessOf(holder) === "alive" && holder.pid !== process.pid;
    this.#note(
      `process ${holder.pid} on ${holder.host} has not renewed its lease for ${LEASE_MS / 60_000} minutes: ${isHere ? "it hangs and is killed" : "its lease is released"}`,
    );
    if (isHere) await endProcess(holder, { clock: this.#clock });
    await this.#book.release(lease);
  }
}
