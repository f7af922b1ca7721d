import { expect, test } from "vitest";
import { arrivalSchedule } from "../../../../harness/workload/workspaces/arrival-schedule.ts";

function dueSeconds(steps: Parameters<typeof arrivalSchedule>[0], ...indices: number[]): number[] {
  const dueAtMs = arrivalSchedule(steps);
  return indices.map((index) => Math.round(dueAtMs(index)) / 1000);
}

test("at a constant rate arrivals are evenly apart, also when the step is over", () => {
  expect(dueSeconds([{ perSecond: 4, seconds: 1 }], 0, 1, 4, 8)).toEqual([0, 0.25, 1, 2]);
});

test("a step changes the rate at once", () => {
  const steps = [
    { perSecond: 1, seconds: 10 },
    { perSecond: 10, seconds: 1 },
    { perSecond: 2, seconds: 1 },
  ];
  expect(dueSeconds(steps, 9, 10, 15, 20, 22)).toEqual([9, 10, 10.5, 11, 12]);
});

test("a ramp rises evenly from the rate before it, the first from none", () => {
  // A ramp yields half the arrivals of a constant rate of ten: t²/2 of them after t seconds.
  expect(dueSeconds([{ perSecond: 10, seconds: 10, ramp: true }], 0, 2, 50, 60)).toEqual([0, 2, 10, 11]);
  const steps = [
    { perSecond: 2, seconds: 5 },
    { perSecond: 6, seconds: 5, ramp: true },
  ];
  expect(dueSeconds(steps, 10, 30, 36)).toEqual([5, 10, 11]);
});

test("a ramp may fall", () => {
  const steps = [
    { perSecond: 6, seconds: 5 },
    { perSecond: 2, seconds: 5, ramp: true },
  ];
  expect(dueSeconds(steps, 30, 50, 54)).toEqual([5, 10, 12]);
});

test("whatever the steps, no arrival is due before the one before it", () => {
  const steps = [
    { perSecond: 3, seconds: 0.7, ramp: true },
    { perSecond: 50, seconds: 0.31 },
    { perSecond: 1, seconds: 2.9, ramp: true },
    { perSecond: 20, seconds: 1, ramp: true },
  ];
  const dueAtMs = arrivalSchedule(steps);
  const due = Array.from({ length: 500 }, (_, index) => dueAtMs(index));
  expect(due.every((at, index) => Number.isFinite(at) && at >= (due[index - 1] ?? 0))).toBe(true);
});
