/** One timer for all: it adds about this to what it sends, which slip counts. */
const TICK_MS = 2;

/** Takes the milliseconds by which the generator itself was late. */
export interface SlipSink {
  record(milliseconds: number): void;
}

/** When each event is due: at a constant rate, or at milliseconds from the start that rise with the index. */
export type Schedule = { readonly perSecond: number } | { readonly dueAtMs: (index: number) => number };

export type PaceOptions = Schedule & {
  /** How many in all. */
  readonly count: number;
  readonly signal: AbortSignal;
  readonly slip: SlipSink;
};

/**
 * Calls `send` when each event is due, open loop: whatever became of the others, and none is skipped when the
 * generator is late. Resolves when all are sent, or at the abort.
 */
export function pace(options: PaceOptions, send: (index: number, dueMs: number) => void): Promise<void> {
  const offsetMs =
    "dueAtMs" in options ? options.dueAtMs : (index: number) => (index * 1000) / options.perSecond;
  return new Promise((resolve) => {
    const startMs = performance.now();
    let next = 0;
    const tick = (): void => {
      if (!options.signal.aborted) {
        const now = performance.now();
        for (; next < options.count; next++) {
          const dueMs = startMs + offsetMs(next);
          if (dueMs > now) break;
          options.slip.record(performance.now() - dueMs);
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
