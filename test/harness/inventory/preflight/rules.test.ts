import { describe, expect, test } from "vitest";
import {
  canaryRefusal,
  type EarlierRun,
  type WantedRun,
} from "../../../../harness/inventory/preflight/canary-rule.ts";
import { parseSkips } from "../../../../harness/inventory/preflight/choose-checks.ts";

const WANTED: WantedRun = {
  architecture: "gke",
  size: "1200",
  simulated: false,
  emulatedCloud: false,
  project: "bench",
  stacks: "sha-1",
  skipCanary: false,
};
const CLEAN: EarlierRun = {
  architecture: "gke",
  size: "canary",
  simulated: false,
  emulatedCloud: false,
  project: "bench",
  stacks: "sha-1",
  verdict: "pass",
};

describe("a real run of a larger size", () => {
  test("starts after a clean canary of the same architecture, project and stacks", () => {
    expect(canaryRefusal(WANTED, [CLEAN])).toBeUndefined();
    expect(canaryRefusal(WANTED, [CLEAN, { ...CLEAN, verdict: "leaked" }])).toBeUndefined();
  });

  test.each<[string, readonly EarlierRun[], RegExp]>([
    ["without any run", [], /no canary of gke has run in bench/],
    ["after a canary of another architecture", [{ ...CLEAN, architecture: "eks" }], /no canary of gke/],
    [
      "after a canary in another project",
      [{ ...CLEAN, project: "other" }],
      /no canary of gke has run in bench/,
    ],
    ["after a rehearsed canary", [{ ...CLEAN, simulated: true }], /no canary/],
    ["after a canary on an emulated cloud", [{ ...CLEAN, emulatedCloud: true }], /no canary/],
    ["after a larger size alone", [{ ...CLEAN, size: "100" }], /no canary/],
    ["after a canary that left something", [{ ...CLEAN, verdict: "leaked" }], /was clean \(last: leaked\)/],
    ["after a canary that missed objectives", [{ ...CLEAN, verdict: "slo-failed" }], /last: slo-failed/],
    ["after a clean canary of other stacks", [{ ...CLEAN, stacks: "sha-0" }], /used other stacks/],
  ])("is refused %s, with the command that comes first", (_, earlier, why) => {
    const refusal = canaryRefusal(WANTED, earlier);
    expect(refusal).toMatch(why);
    expect(refusal).toContain('run "refbench run gke --size canary"');
  });

  test.each<[string, Partial<WantedRun>]>([
    ["the canary itself", { size: "canary" }],
    ["a rehearsal", { simulated: true }],
    ["a run on an emulated cloud", { emulatedCloud: true }],
    ["a run with --skip-canary", { skipCanary: true }],
  ])("the rule does not hold back %s", (_, change) => {
    expect(canaryRefusal({ ...WANTED, ...change }, [])).toBeUndefined();
  });
});

describe("--skip-preflight", () => {
  const endpoints = ["AWS_ENDPOINT_URL"];

  test("omits the named checks if the cloud is emulated", () => {
    expect([...parseSkips("quota, apis", endpoints)]).toEqual(["quota", "apis"]);
    expect(parseSkips(undefined, []).size).toBe(0);
  });

  test.each([
    ["in a real cloud", "quota", [], /only allowed for an emulated cloud/],
    [
      "with a check that does not exist",
      "quota,weather",
      endpoints,
      /must contain names of terraform, identity/,
    ],
    ["without a name", "", endpoints, /must contain names of/],
  ])("is refused %s", (_, text, custom, words) => {
    expect(() => parseSkips(text, custom)).toThrow(words);
  });
});
