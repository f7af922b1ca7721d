import type { Clock } from "./clock.ts";

/** The result of one try. */
export interface Try<T> {
  readonly outcome: T;
  /** Whether the same call may succeed later. */
  readonly mayPass: boolean;
  /** How long the server asks to wait, in milliseconds. */
  readonly afterMs?: number | undefined;
}

export interface RetryOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** The first wait; each further one is twice as long. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** @default without a limit */
  readonly tries?: number;
  /** No try begins later than this. @default without a limit */
  readonly forMs?: number;
}

/**
 * Repeats a call while its failure may pass. Use it only for calls that may be repeated and are not measured.
 * Returns the last outcome.
 * @throws the signal's reason when it aborts during a wait, and whatever the call itself throws
 */
export async function retry<T>(
  call: (tried: number) => Promise<Try<T>>,
  { clock, signal, firstWaitMs, longestWaitMs, tries = Infinity, forMs = Infinity }: RetryOptions,
): Promise<T> {
  const sinceMs = clock.elapsed();
  for (let tried = 1; ; tried++) {
    const { outcome, mayPass, afterMs } = await call(tried);
    if (!mayPass || tried >= tries) return outcome;
    const waitMs = Math.min(afterMs ?? firstWaitMs * 2 ** (tried - 1), longestWaitMs);
    if (clock.elapsed() - sinceMs + waitMs > forMs) return outcome;
    await clock.sleep(waitMs, signal);
  }
}
