/**
 * The shortest wait for the next event, with one timer for all. It may delay an event by this much, which
 * slip counts.
 */
const SHORTEST_WAIT_MS = 2;

/** Receives the milliseconds by which the generator itself was late. */
export interface SlipSink {
  record(milliseconds: number): void;
}

/** When each event is due: at a constant rate, or at increasing milliseconds from the start. */
export type Schedule = { readonly perSecond: number } | { readonly dueAtMs: (index: number) => number };

export type PaceOptions = Schedule & {
  /** The number of events. */
  readonly count: number;
  readonly signal: AbortSignal;
  readonly slip: SlipSink;
};

/**
 * Calls `send` when each event is due, whatever happened to the others (an open loop). No event is skipped
 * when the generator is late. Resolves when all are sent, or at the abort.
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
