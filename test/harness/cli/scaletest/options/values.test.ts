import { describe, expect, test } from "vitest";
import { abortOn, range, steps } from "../../../../../harness/cli/scaletest/options/values.ts";
import { isOn, pairs } from "../../../../../harness/loads/request/values.ts";

describe("a value of the command line", () => {
  test("a pair may have a name that every object has already", () => {
    expect(Object.entries(pairs("--parameter", ["__proto__=1", "constructor=2"]))).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
    ]);
  });

  test("steps are rates with how long each lasts", () => {
    expect(steps("2/s:30s,10/s:1m")).toEqual([
      { perSecond: 2, seconds: 30 },
      { perSecond: 10, seconds: 60 },
    ]);
  });

  test("the stop condition is a latency, a share, or both", () => {
    expect(abortOn("p95=500ms,errors=5%")).toEqual({ apiP95Ms: 500, errorShare: 0.05 });
    expect(abortOn("errors=0.1")).toEqual({ errorShare: 0.1 });
  });

  test("a pair's value may hold the sign that ends its name", () => {
    expect(pairs("--parameter", ["key=a=b", "empty="])).toEqual({ key: "a=b", empty: "" });
  });

  test("a range ends before its end", () => {
    expect(range("0:50")).toEqual({ from: 0, to: 50 });
  });

  test.each([
    ["true", true],
    ["1", true],
    ["false", false],
    ["", false],
    [undefined, false],
  ])("a switch's variable with %j is %j", (text, on) => {
    expect(isOn(undefined, "X", { X: text })).toBe(on);
    expect(isOn(true, "X", { X: "false" })).toBe(true);
  });

  test.each([
    [() => steps("2/s"), '--steps is "2/s", expected rates with durations'],
    [() => steps("2/s:0"), "--steps must be a duration"],
    [() => abortOn("p99=1s"), '--abort-on is "p99=1s", expected p95='],
    [() => abortOn("errors=200%"), '--abort-on is "errors=200%"'],
    [() => range("5:5"), '--target-workspaces is "5:5", expected START:END'],
    [() => pairs("--parameter", ["a=1", "a=2"]), '--parameter gives "a" twice'],
    [() => isOn(undefined, "X", { X: "maybe" }), 'X is "maybe", expected true or false'],
  ])("an unreadable value is refused by its flag's name: %#", (read, message) => {
    expect(read).toThrow(message);
  });

  test("a header without a name is refused without its value, which may be a secret", () => {
    expect(() => pairs("--header", ["s3cret"])).toThrow(/^--header has a value without a name, [^3]*$/);
  });
});
