/** One timer for all waits for the next event, and no shorter than this: so much it may add, which slip counts. */
const SHORTEST_WAIT_MS = 2;

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
      if (options.signal.aborted) {
        end();
        return;
      }
      const now = performance.now();
      let dueMs = startMs;
      for (; next < options.count; next++) {
        dueMs = startMs + offsetMs(next);
        if (dueMs > now) break;
        options.slip.record(performance.now() - dueMs);
        send(next, dueMs);
      }
      if (next >= options.count) {
        end();
        return;
      }
      timer = setTimeout(tick, Math.max(SHORTEST_WAIT_MS, dueMs - performance.now()));
    };
    const end = (): void => {
      clearTimeout(timer);
      options.signal.removeEventListener("abort", end);
      resolve();
    };
    let timer: NodeJS.Timeout | undefined;
    options.signal.addEventListener("abort", end, { once: true });
    tick();
  });
}
