import { expect, test } from "vitest";
import { inGroups } from "../../../../harness/workload/connections/tick-groups.ts";

const dueTimes = (perSecond: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => inGroups(perSecond)(index));

test("ticks that come within ten milliseconds are due together", () => {
  expect(dueTimes(500, 11)).toEqual([0, 0, 0, 0, 0, 10, 10, 10, 10, 10, 20]);
});

test("however fast they come, eight at most are due together", () => {
  expect(dueTimes(10_000, 17).slice(7)).toEqual([0, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 1.6]);
});

test("rare ticks are each due separately", () => {
  expect(dueTimes(4, 3)).toEqual([0, 250, 500]);
});
