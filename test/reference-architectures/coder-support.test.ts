import { expect, test } from "vitest";
import {
  CODER_SUPPORT,
  STABLE_CODER_VERSION,
  supportProblem,
} from "../../reference-architectures/coder-support.ts";
import { CODER_VERSION } from "../../reference-architectures/seed.ts";

test("the default version of Coder is the newest patch of the stable release", () => {
  const stable = CODER_SUPPORT.releases.find(({ status }) => status === "stable");
  expect(stable?.newest).toBe(STABLE_CODER_VERSION);
  expect(CODER_VERSION).toBe(STABLE_CODER_VERSION);
  expect(supportProblem(CODER_VERSION)).toBeUndefined();
});

test.each([
  ["2.31.0", /^Coder 2\.31 is not supported any more \(as of 2026-07-31\)$/],
  ["2.9.1", /^Coder 2\.9\.1 is not supported any more/],
  ["2.33.2", /^Coder 2\.33\.11 is a later patch/],
])("%s is told with what is wrong with it", (version, words) => {
  expect(supportProblem(version)).toMatch(words);
});

test("nothing is known against a version that is newer than the list", () => {
  expect(supportProblem("2.38.5")).toBeUndefined();
  expect(supportProblem("2.34.10")).toBeUndefined();
});
