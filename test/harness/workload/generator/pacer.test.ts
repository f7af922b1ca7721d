import { expect, test } from "vitest";
import { pace } from "../../../../harness/workload/generator/pacer.ts";

const running = new AbortController().signal;

test("every event is sent in its order, none before it is due, and each one's delay is reported", async () => {
  const sent: number[] = [];
  const early: number[] = [];
  const slips: number[] = [];
  const slip = { record: (milliseconds: number) => slips.push(milliseconds) };
  await pace({ perSecond: 500, count: 20, signal: running, slip }, (index, dueMs) => {
    sent.push(index);
    if (performance.now() < dueMs) early.push(index);
  });
  expect(sent).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(early).toEqual([]);
  expect(slips).toHaveLength(20);
  expect(Math.min(...slips)).toBeGreaterThanOrEqual(0);
});

test("a generator that was held up sends all that fell due meanwhile, late by as much", async () => {
  const slips: number[] = [];
  const slip = { record: (milliseconds: number) => slips.push(milliseconds) };
  await pace({ perSecond: 100, count: 6, signal: running, slip }, (index) => {
    if (index !== 0) return;
    const untilMs = performance.now() + 60;
    while (performance.now() < untilMs);
  });
  expect(slips).toHaveLength(6);
  expect(slips[1]).toBeGreaterThanOrEqual(50);
});

test("an abort ends it at once, however far away the next event is", async () => {
  const stop = new AbortController();
  const sent: number[] = [];
  const slip = { record: () => undefined };
  const paced = pace(
    { dueAtMs: (index) => index * 3_600_000, count: 2, signal: stop.signal, slip },
    (index) => void sent.push(index),
  );
  stop.abort();
  await paced;
  expect(sent).toEqual([0]);
});
