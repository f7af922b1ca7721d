import { expect, test } from "vitest";
import { retry } from "../../../../harness/tools/time/retry.ts";
import type { Clock } from "../../../../harness/tools/time/clock.ts";

function steppedClock() {
  let nowMs = 0;
  const slept: number[] = [];
  const clock: Clock = {
    now: () => nowMs,
    elapsed: () => nowMs,
    sinceBoot: () => ({ boot: "one", ms: nowMs }),
    sleep: (ms, signal) => {
      if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
      slept.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
  };
  return { clock, slept };
}

const failing = (afterMs?: number) => (tried: number) =>
  Promise.resolve({ outcome: tried, mayPass: true, afterMs });

test("waits double up to the longest, and the tries end", async () => {
  const { clock, slept } = steppedClock();
  const patience = { clock, firstWaitMs: 100, longestWaitMs: 300, tries: 5 };
  expect(await retry(failing(), patience)).toBe(5);
  expect(slept).toEqual([100, 200, 300, 300]);
});

test("no try begins after the patience is over", async () => {
  const { clock, slept } = steppedClock();
  expect(await retry(failing(), { clock, firstWaitMs: 100, longestWaitMs: 400, forMs: 1_000 })).toBe(4);
  expect(slept).toEqual([100, 200, 400]);
});

test("the wait that the other side asks for is kept, at most the longest wait", async () => {
  const { clock, slept } = steppedClock();
  await retry(failing(7_000), { clock, firstWaitMs: 1, longestWaitMs: 5_000, tries: 2 });
  expect(slept).toEqual([5_000]);
});

test("a failure that does not pass is returned at once; a stop ends the waiting", async () => {
  const { clock } = steppedClock();
  let tries = 0;
  const final = () => Promise.resolve({ outcome: ++tries, mayPass: false });
  expect(await retry(final, { clock, firstWaitMs: 1, longestWaitMs: 1 })).toBe(1);
  const stop = new AbortController();
  stop.abort(new Error("stop"));
  const patience = { clock, firstWaitMs: 1, longestWaitMs: 1, signal: stop.signal };
  await expect(retry(failing(), patience)).rejects.toThrow("stop");
});
