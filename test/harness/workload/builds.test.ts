import { expect, test } from "vitest";
import { buildConcurrency } from "../../../harness/workload/builds.ts";

function job(createdS: number, startedS?: number, completedS?: number) {
  const instant = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
  return {
    created_at: instant(createdS),
    started_at: startedS === undefined ? null : instant(startedS),
    completed_at: completedS === undefined ? null : instant(completedS),
  };
}

test("no builds run at once when there are none", () => {
  expect(buildConcurrency([])).toEqual({ peakRunning: 0, timeWeightedRunning: 0 });
});

test("the peak counts builds that overlap, not those that follow one another at the same instant", () => {
  expect(buildConcurrency([job(0, 0, 10), job(0, 10, 20)]).peakRunning).toBe(1);
  expect(buildConcurrency([job(0, 0, 10), job(0, 9, 20)]).peakRunning).toBe(2);
});

test("the mean is weighted by time from the first queued to the last finished", () => {
  expect(buildConcurrency([job(0, 5, 10), job(0, 5, 10)]).timeWeightedRunning).toBe(1);
});

test("a build that never started or never ended does not count", () => {
  expect(buildConcurrency([job(0), job(0, 1), job(0, 0, 10)])).toEqual({
    peakRunning: 1,
    timeWeightedRunning: 1,
  });
});
