import { sinceBoot, type BootTime } from "./boot-time.ts";

/** Wall time, elapsed time and waiting, injected so that tests move them. */
export interface Clock {
  /** Milliseconds since the epoch. For stamps only: this clock can be set, so its values are never subtracted. */
  now(): number;
  /**
   * Milliseconds since some fixed moment of this process. Nobody can set it, and it stops while the machine
   * sleeps: for durations and deadlines within one process.
   */
  elapsed(): number;
  /** Time that other processes of this machine can compare, and that continues while the machine sleeps: see `Moment`. */
  sinceBoot(): BootTime;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sinceBoot,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};
