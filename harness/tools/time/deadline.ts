/** A signal that aborts at a deadline, or when the work around it is stopped. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether its time is over, as opposed to a stop. */
  readonly isOver: () => boolean;
  /** Releases its timer and its place at the signal that it follows. */
  readonly release: () => void;
}

/** Node rings a longer timer at once: nothing can be waited for longer than 24 days. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What a call is ended with when the deadline of its work is over. */
export class DeadlineError extends Error {}

/**
 * Begins a deadline of so many milliseconds; `Infinity` has none. Checked between calls alone, a deadline does not end a
 * call whose answer trickles: give its signal to the calls themselves.
 */
export function startDeadline(ms: number, stop: AbortSignal): Deadline {
  const ending = new AbortController();
  let isOver = false;
  const onStop = (): void => ending.abort(stop.reason);
  stop.addEventListener("abort", onStop, { once: true });
  if (stop.aborted) onStop();
  const timer =
    ms > LONGEST_TIMER_MS
      ? undefined
      : setTimeout(() => {
          isOver = true;
          ending.abort(new DeadlineError(`not done within ${ms} ms`));
        }, ms);
  return {
    signal: ending.signal,
    isOver: () => isOver,
    release: () => {
      clearTimeout(timer);
      stop.removeEventListener("abort", onStop);
    },
  };
}
