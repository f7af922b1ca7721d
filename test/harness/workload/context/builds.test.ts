import { expect, test } from "vitest";
import { BuildLedger, mergeBuilds } from "../../../../harness/workload/context/builds.ts";

type End = "succeeded" | "failed";

const START = Date.UTC(2026, 0, 1);

function job(createdS: number, startedS?: number, completedS?: number, status: End = "succeeded") {
  const instant = (seconds: number) => new Date(START + seconds * 1000).toISOString();
  return {
    created_at: instant(createdS),
    started_at: startedS === undefined ? null : instant(startedS),
    completed_at: completedS === undefined ? null : instant(completedS),
    status,
  };
}

function resultOf(jobs: readonly ReturnType<typeof job>[], capacity = 30) {
  const ledger = new BuildLedger();
  for (const each of jobs) ledger.add(each);
  return ledger.result(capacity);
}

test("without builds, none run at once", () => {
  expect(resultOf([])).toEqual({ capacity: 30, peakRunning: 0, timeWeightedRunning: 0 });
});

test("the peak counts builds that overlap, not those that follow one another at the same instant", () => {
  expect(resultOf([job(0, 0, 10), job(0, 10, 20)]).peakRunning).toBe(1);
  expect(resultOf([job(0, 0, 10), job(0, 9, 20)]).peakRunning).toBe(2);
});

test("the mean is weighted by time from the first queued to the last finished", () => {
  expect(resultOf([job(0, 5, 10), job(0, 5, 10)]).timeWeightedRunning).toBe(1);
});

test("a build that never started or never ended does not count", () => {
  expect(resultOf([job(0), job(0, 1), job(0, 0, 10)])).toMatchObject({
    peakRunning: 1,
    timeWeightedRunning: 1,
    jobs: [[0, 0, 10_000, "built"]],
  });
});

test("jobs are timed from the queueing of the first one, failed ones too, in the order of the queue", () => {
  const { since, jobs } = resultOf([job(7, 8, 9), job(5, 6, 9, "failed")]);
  expect(since).toBe(START + 5000);
  expect(jobs).toEqual([
    [0, 1000, 4000, "failed"],
    [2000, 3000, 4000, "built"],
  ]);
});

test("one daemon behind a list of thirty is seen by what ran while more was queued", () => {
  const one = Array.from({ length: 60 }, (_, index) => job(0, index * 10, index * 10 + 10));
  const { whileFull, perMinute } = resultOf(one);
  // Sixty are wanted until thirty are done: thirty times ten seconds, with one at a time.
  expect(whileFull).toEqual({ ms: 300_000, peakRunning: 1, running: 1, perMinute: 6 });
  expect(perMinute).toBe(6);
});

test("a full house reaches its capacity, and the first round is shown beside the later ones", () => {
  const rounds = Array.from({ length: 90 }, (_, index) => {
    const round = Math.floor(index / 30);
    return round === 0 ? job(0, 0, 20) : job(0, 10 + round * 10, 20 + round * 10);
  });
  const { whileFull, buildMs } = resultOf(rounds);
  expect(whileFull).toMatchObject({ ms: 30_000, peakRunning: 30, running: 30 });
  expect(buildMs).toEqual({ first: { count: 30, p50Ms: 20_000 }, full: { count: 60, p50Ms: 10_000 } });
});

test("a queue that lasted shorter than a build proves nothing about the daemons", () => {
  const jobs = [job(0, 0, 10), job(0, 0, 10), job(9, 10, 20)];
  expect(resultOf(jobs, 2).whileFull).toBeUndefined();
});

test("builds of several parts are counted as those of one load, and their daemons are not added up", () => {
  const [one, other] = [new BuildLedger(), new BuildLedger()];
  one.add(job(0, 0, 10));
  other.add(job(2, 5, 8), { isStop: true });
  const merged = mergeBuilds([
    one.result(30, { asked: 2, least: 29, most: 30 }),
    other.result(30, { asked: 1, least: 30, most: 30 }),
  ]);
  expect(merged).toMatchObject({
    capacity: 30,
    peakRunning: 2,
    daemons: { asked: 3, least: 29, most: 30 },
    since: START,
    jobs: [
      [0, 0, 10_000, "built"],
      [2000, 5000, 8000, "stopped"],
    ],
  });
});
