import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { takeTurns } from "../../../../harness/workload/context/take-turns.ts";

const LIST = Array.from({ length: 50 }, (_, index) => index);

async function peakOf(concurrency: number): Promise<{ peak: number; done: number[] }> {
  let running = 0;
  let peak = 0;
  const done: number[] = [];
  await takeTurns(LIST, concurrency, async (one) => {
    peak = Math.max(peak, ++running);
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    running--;
    done.push(one);
  });
  return { peak, done };
}

test("no more run at once than was asked for, and every one gets its turn", async () => {
  const { peak, done } = await peakOf(7);
  expect(peak).toBe(7);
  expect(done.toSorted((a, b) => a - b)).toEqual(LIST);
});

test("0 means all at once", async () => {
  expect((await peakOf(0)).peak).toBe(LIST.length);
});

test("the event loop turns while all are started, so that answers are read in time", async () => {
  let turns = 0;
  let isStarting = true;
  const count = async (): Promise<void> => {
    for (; isStarting; turns++) await setImmediate();
  };
  const counting = count();
  let started = 0;
  await takeTurns(LIST, 0, () => {
    if (++started === LIST.length) isStarting = false;
    return Promise.resolve();
  });
  await counting;
  expect(turns).toBeGreaterThan(1);
});

test.each([3, 0])("it is due when its turn came (%d at once)", async (concurrency) => {
  const before = performance.now();
  const due: number[] = [];
  await takeTurns(LIST, concurrency, async (_one, dueMs) => {
    due.push(performance.now() - dueMs);
    expect(dueMs).toBeGreaterThanOrEqual(before);
    await setImmediate();
  });
  // Each entry gets its own instant, not the instant at which the first one began.
  expect(Math.min(...due)).toBeGreaterThanOrEqual(0);
  expect(due).toHaveLength(LIST.length);
});

test.each([3, 0])("one failure fails all of them (%d at once)", async (concurrency) => {
  const failing = takeTurns(LIST, concurrency, (one) =>
    one === 20 ? Promise.reject(new Error("broken")) : Promise.resolve(),
  );
  await expect(failing).rejects.toThrow("broken");
});
