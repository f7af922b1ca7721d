import type { Clock } from "../../harness/tools/time/clock.ts";

/**
 * A clock that moves only when somebody sleeps on it; `step` sets the wall clock and leaves elapsed time alone. Its
 * machine can be restarted, which begins another boot.
 */
export function fakeClock(
  startMs = Date.UTC(2026, 0, 1),
): Clock & { advance(ms: number): void; step(ms: number): void; reboot(): void } {
  let elapsed = 0;
  let wallMs = startMs;
  let boot = { count: 1, atMs: -1_000_000 };
  return {
    now: () => wallMs + elapsed,
    elapsed: () => elapsed,
    sinceBoot: () => ({ boot: `boot ${boot.count}`, ms: elapsed - boot.atMs }),
    reboot: () => {
      boot = { count: boot.count + 1, atMs: elapsed };
    },
    advance: (ms) => {
      elapsed += ms;
    },
    step: (ms) => {
      wallMs += ms;
    },
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      elapsed += ms;
      // Lets timers and files of others have their turn.
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    },
  };
}
