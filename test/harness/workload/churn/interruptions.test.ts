import { expect, test } from "vitest";
import { Interruptions } from "../../../../harness/workload/churn/interruptions.ts";

/** Interruptions of a load that began at 1,000, with a number of failures that a test moves on. */
function started() {
  const failures = { total: 0 };
  return { failures, interruptions: new Interruptions(1_000, () => failures.total) };
}

test("an interruption lasts from the first loss until the last connection is back, and tells what it cost", () => {
  const { failures, interruptions } = started();
  failures.total = 5;
  failures.total++;
  interruptions.lost(3_000);
  failures.total++;
  interruptions.lost(3_010);
  failures.total += 4;
  interruptions.back(4_000);
  failures.total++;
  interruptions.back(7_500);
  failures.total += 9;
  expect(interruptions.result()).toEqual({
    interruptionsCounted: 1,
    interruptions: [{ startMs: 2_000, endMs: 6_500, lost: 2, failures: 7 }],
  });
});

test("a connection that never comes back leaves an interruption without an end", () => {
  const { failures, interruptions } = started();
  failures.total = 1;
  interruptions.lost(2_000);
  expect(interruptions.result()).toEqual({
    interruptionsCounted: 1,
    interruptions: [{ startMs: 1_000, lost: 1, failures: 1 }],
  });
});

test("thousands of interruptions are counted, and the first 200 listed", () => {
  const { interruptions } = started();
  for (let at = 2_000; at < 5_000; at++) {
    interruptions.lost(at);
    interruptions.back(at);
  }
  const { interruptions: listed, interruptionsCounted } = interruptions.result();
  expect(interruptionsCounted).toBe(3_000);
  expect(listed).toHaveLength(200);
});
