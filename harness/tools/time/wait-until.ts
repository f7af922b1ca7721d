import type { Clock } from "./clock.ts";

/** How often and how long `waitUntil` asks. */
export interface WaitOptions {
  readonly clock: Pick<Clock, "elapsed" | "sleep">;
  /** Milliseconds between two questions. */
  readonly everyMs: number;
  /** No question is asked later than this many milliseconds after the first. @default without a limit */
  readonly forMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks repeatedly until the answer is not `undefined`, and returns that answer. Asks at least once.
 *
 * @returns `undefined` when the time has passed
 * @throws the signal's reason when it aborts between two questions, and whatever `ask` throws
 */
export async function waitUntil<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  { clock, everyMs, forMs = Infinity, signal }: WaitOptions,
): Promise<T | undefined> {
  const giveUpAt = clock.elapsed() + forMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (clock.elapsed() >= giveUpAt) return undefined;
    await clock.sleep(everyMs, signal);
  }
}
