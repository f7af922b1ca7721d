/** A signal that aborts at a deadline, or when the work around it is stopped. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether its time is over, as opposed to a stop. */
  readonly isOver: () => boolean;
  /** Ends the timer and stops following the other signal. */
  readonly release: () => void;
}

/** The longest timer of Node, 24 days. A longer one would fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The reason of a signal whose deadline has passed. */
export class DeadlineError extends Error {}

/**
 * Starts a deadline in milliseconds; `Infinity` = none. Give its signal to the calls themselves: a check between
 * calls does not end a call whose answer trickles.
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
