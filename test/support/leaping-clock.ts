import type { Clock } from "../../harness/tools/time/clock.ts";

/** Time passes only by sleeping, at once. */
export function leapingClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    elapsed: () => now,
    sinceBoot: () => ({ boot: "one", ms: now }),
    sleep: (ms) => {
      now += ms;
      return Promise.resolve();
    },
  };
}
