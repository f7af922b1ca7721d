import { expect, test } from "vitest";
import { closingPerSecond } from "../../../../harness/workload/connections/closing-rate.ts";

const rate = (open: number, commandsPerSecond: number, part?: { index: number; of: number }): number =>
  closingPerSecond({ ...(part && { part }), connections: { commandsPerSecond } }, open);

test.each([
  ["few connections are asked at 200 a second", 10, 1, 200],
  ["10,000 are asked within 20 s", 10_000, 10, 500],
  ["more are not asked faster than 500 a second, whatever the time", 50_000, 100, 500],
  ["unless the load's own commands are as fast", 50_000, 2_000, 2_000],
  ["which no round exceeds", 10_000, 2_000, 500],
])("%s", (_name, open, commandsPerSecond, expected) => {
  expect(rate(open, commandsPerSecond)).toBe(expected);
});

test("a load in parts is asked as fast as a whole one", () => {
  for (const [open, commandsPerSecond] of [
    [40, 1],
    [6_000, 10],
    [50_000, 400],
    [90_000, 2_000],
  ] as const)
    expect(4 * rate(open / 4, commandsPerSecond / 4, { index: 0, of: 4 })).toBeCloseTo(
      rate(open, commandsPerSecond),
    );
});
