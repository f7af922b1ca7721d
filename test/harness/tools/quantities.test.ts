import { describe, expect, test } from "vitest";
import { count, duration, LONGEST_AGE_MS, positive, rate, share } from "../../../harness/tools/quantities.ts";

describe("a duration", () => {
  test.each([
    ["10s", 10_000],
    ["1m30s", 90_000],
    ["1h30m", 5_400_000],
    ["500ms", 500],
    ["1.5h", 5_400_000],
  ])("%s is %i ms", (text, milliseconds) => {
    expect(duration("--timeout")(text)).toBe(milliseconds);
  });

  test.each(["0", "0s", "0m0s"])("%s is refused, unless 0 is accepted", (text) => {
    expect(() => duration("--timeout")(text)).toThrow("more than 0");
    expect(duration("--timeout", { orZero: true })(text)).toBe(0);
  });

  test.each(["25d", `${"9".repeat(400)}s`])("%s exceeds what a timer can wait, and is refused", (text) => {
    expect(() => duration("--timeout")(text)).toThrow("at most 24d");
  });

  test("an age may exceed it", () => {
    expect(duration("--older-than", { mostMs: LONGEST_AGE_MS })("365d")).toBe(365 * 86_400_000);
  });
});

test.each([
  ["5/s", 5],
  ["5", 5],
  ["300/m", 5],
])("rate %s is %d per second", (text, perSecond) => {
  expect(rate("--rate")(text)).toBeCloseTo(perSecond);
});

test.each([
  [
    duration("--timeout"),
    "10",
    '--timeout must be a duration such as 90s, 1h30m or 500ms, more than 0 and at most 24d; got "10"',
  ],
  [duration("--timeout"), "10s5", 'got "10s5"'],
  [rate("--rate"), "0/s", '--rate must be a rate such as 5/s or 300/m; got "0/s"'],
  [positive("--speed"), "0", '--speed must be a number above 0; got "0"'],
  [positive("--speed", { orZero: true }), "-1", '--speed must be a number of 0 or more; got "-1"'],
  [positive("--speed"), "Infinity", 'got "Infinity"'],
  [positive("--speed"), " ", 'got " "'],
  [count("--pairs", 1, 500), "1.5", '--pairs must be a whole number from 1 to 500; got "1.5"'],
  [count("--pairs", 0), "", '--pairs must be a whole number of at least 0; got ""'],
  [count("--pairs", 0), "1e400", "--pairs must be a whole number"],
  [share("--fail-builds"), "1.1", '--fail-builds must be a share from 0 to 1; got "1.1"'],
  [share("--fail-builds"), "", 'got ""'],
])("an unreadable value is refused with its flag and what is expected: %#", (parse, text, message) => {
  expect(() => parse(text)).toThrow(message);
});
