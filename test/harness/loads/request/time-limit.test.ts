import { expect, test } from "vitest";
import { timeLimit } from "../../../../harness/loads/request/time-limit.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const HOUR_MS = 3_600_000;
const DEFAULT_MS = HOUR_MS / 2;

/** A long load of a day. */
const day = loadTaskFor(
  { url: "http://127.0.0.1:1", token: "t" },
  {
    scenario: "churn",
    churn: {
      ...{ forMs: 24 * HOUR_MS, periodMs: HOUR_MS, connections: 8, opensPerSecond: 10 },
      ...{ restartsPerHour: 1, replacementsPerHour: 1, dropsPerHour: 1, commandsPerSecond: 1 },
    },
    connections: { total: 0 },
  },
);

test("the default limit never ends a load before its plan is over, and leaves it the same time besides", () => {
  expect(timeLimit(DEFAULT_MS, day, true)).toBe(24 * HOUR_MS + DEFAULT_MS);
});

test("a limit that was asked for is kept, and so is none", () => {
  expect(timeLimit(DEFAULT_MS, day, false)).toBe(DEFAULT_MS);
  expect(timeLimit(0, day, false)).toBe(0);
  expect(timeLimit(0, day, true)).toBe(0);
});
