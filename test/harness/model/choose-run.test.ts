import { expect, test } from "vitest";
import { chooseRun, runsToName } from "../../../harness/model/choose-run.ts";

const OLD = "01jd000000aaaaaaaaaaaaaaaa";
const NEW = "01jd100000bbbbbbbbbbbbbbbb";
const TWIN = "01jd100000bbbbbbbbbbbbbbbc";
const ALL = [NEW, OLD, TWIN];

test.each([
  [OLD, OLD],
  ["01jd00", OLD],
  ["aaaa", OLD],
  [NEW.slice(-12), NEW],
  ["latest", TWIN],
])("%s names one run", (given, expected) => {
  expect(chooseRun(given, ALL)).toBe(expected);
});

test.each(["01jd0", "aaa", "zzzzzz", ""])("%j is too short or names nothing", (given) => {
  expect(chooseRun(given, ALL)).toBeUndefined();
});

test("no runs, no latest run", () => {
  expect(chooseRun("latest", [])).toBeUndefined();
  expect(runsToName([])).toBe("there are no runs here");
});

test("a beginning of several runs is refused with all of them, newest first", () => {
  expect(() => chooseRun("01jd10", ALL)).toThrow(`"01jd10" names 2 runs, expected one: ${TWIN}, ${NEW}`);
  expect(runsToName(ALL)).toBe(`the newest are ${TWIN}, ${NEW}, ${OLD}`);
});
