import type { Histogram } from "hdr-histogram-js";
import { recordMs } from "./histogram.ts";

/** One timer for all: it adds about this to what it sends, which slip counts. */
const TICK_MS = 2;

export interface PaceOptions {
  readonly perSecond: number;
  /** How many in all. */
  readonly count: number;
  readonly signal: AbortSignal;
  /** Takes the milliseconds by which the generator itself was late. */
  readonly slip: Histogram;
}

/**
 * Calls `send` at a constant rate, open loop: event i is due at start + i/rate, whatever became of the others, and
 * none is skipped when the generator is late. Resolves when all are sent, or at the abort.
 */
export function pace(options: PaceOptions, send: (index: number, dueMs: number) => void): Promise<void> {
  return new Promise((resolve) => {
    const startMs = performance.now();
    let next = 0;
    const tick = (): void => {
      if (!options.signal.aborted) {
        const now = performance.now();
        for (; next < options.count; next++) {
          const dueMs = startMs + (next * 1000) / options.perSecond;
          if (dueMs > now) break;
          recordMs(options.slip, performance.now() - dueMs);
          send(next, dueMs);
        }
        if (next < options.count) return;
      }
      clearInterval(timer);
      resolve();
    };
    const timer = setInterval(tick, TICK_MS);
    tick();
  });
}
