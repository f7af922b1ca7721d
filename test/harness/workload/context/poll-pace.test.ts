import { expect, test } from "vitest";
import type { Clock } from "../../../../harness/tools/time/clock.ts";
import { PollPace } from "../../../../harness/workload/context/poll-pace.ts";

const never = new AbortController().signal;

/** Keeps every sleep open and remembers how long it was to be. */
function recordingClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    now: () => 0,
    elapsed: () => 0,
    sinceBoot: () => ({ boot: "one", ms: 0 }),
    sleep: (ms) => (slept.push(ms), new Promise(() => undefined)),
  };
}

test("the more workspaces wait, the rarer each is looked at", () => {
  const clock = recordingClock();
  const pace = new PollPace(clock, 30);
  for (let i = 0; i < 600; i++) void pace.sleep("active", 0, never);
  expect(clock.slept[0]).toBe(100);
  expect(clock.slept[299]).toBe(1000);
  expect(clock.slept.at(-1)).toBe(2000);
});

test("far behind in the queue, a workspace is looked at only when its build may have started", () => {
  const clock = recordingClock();
  const pace = new PollPace(clock, 10);
  void pace.sleep("queued", 100, never);
  pace.sawBuild(2000);
  void pace.sleep("queued", 100, never);
  expect(clock.slept).toEqual([100, 100 + 10_000]);
});

test("polls that wait no longer make room for the others", async () => {
  const slept: number[] = [];
  const clock: Clock = {
    now: () => 0,
    elapsed: () => 0,
    sinceBoot: () => ({ boot: "one", ms: 0 }),
    sleep: (ms) => (slept.push(ms), Promise.resolve()),
  };
  const pace = new PollPace(clock, 10);
  for (let i = 0; i < 1000; i++) await pace.sleep("active", 0, never);
  expect(new Set(slept)).toEqual(new Set([100]));
});
