import { expect, test } from "vitest";
import { architectures } from "../../reference-architectures/catalogue.ts";
import { rehearsalCases } from "../../scripts/rehearse-all/cases.ts";
import { missesOf, type RehearsalOutcome } from "../../scripts/rehearse-all/outcome.ts";
import { reportText } from "../../scripts/rehearse-all/report.ts";

const HELD: RehearsalOutcome = {
  name: "gke/1200/cloud-sql",
  failedStages: [],
  resources: 25,
  secondPlan: { "gke-cloud": "empty", "gke-coder": "empty" },
  verdict: "pass",
  teardown: "clean",
  left: [],
  seconds: 90,
};

test("every size of every architecture is rehearsed on every database that it may have, once", () => {
  const names = rehearsalCases().map(({ name }) => name);
  const expected = [...architectures.values()].flatMap(({ name, sizes, databases }) =>
    Object.keys(sizes).flatMap((size) => databases.map((database) => `${name}/${size}/${database}`)),
  );
  expect(names).toEqual(expected);
  expect(names).toContain("gce-vm/1000/on-box");
  expect(rehearsalCases("gce-vm/1000/on-box")[0]?.isUsual).toBe(false);
});

test("a filter matches whole words from the beginning of a name, and one without a match is refused", () => {
  expect(rehearsalCases("gke/1200").map(({ name }) => name)).toEqual(["gke/1200/cloud-sql"]);
  expect(rehearsalCases("gce-docker/500")).toHaveLength(2);
  expect(rehearsalCases("eks").every(({ architecture }) => architecture === "eks")).toBe(true);
  expect(() => rehearsalCases("gke/12")).toThrow(/--only is "gke\/12", expected .* gke\/1200\/cloud-sql/);
});

test.each(["pass", "slo-failed", "generator-limited"])(
  "a load that is judged %s is not a miss",
  (verdict) => {
    expect(missesOf({ ...HELD, verdict })).toEqual([]);
  },
);

test.each<[string, Partial<RehearsalOutcome>, string]>([
  [
    "a second plan with changes",
    { secondPlan: { "gke-cloud": "changes" } },
    "a second plan of gke-cloud has changes",
  ],
  [
    "a second plan that failed",
    { secondPlan: { "gke-cloud": "failed" } },
    "a second plan of gke-cloud failed",
  ],
  ["no second plan", { secondPlan: {} }, "no second plan was made"],
  ["a failed stage", { failedStages: [{ stage: "provision", exitCode: 30 }] }, "provision ended with 30"],
  ["an infrastructure's failure", { verdict: "infrastructure" }, "the verdict is infrastructure"],
  ["a harness's failure", { verdict: "harness-error" }, "the verdict is harness-error"],
  ["a stop", { verdict: "interrupted" }, "the verdict is interrupted"],
  ["a teardown that left something", { teardown: "leaked" }, "the teardown is leaked"],
  [
    "something in the twin",
    { left: ["google_compute_disk one"] },
    "left in the twin: google_compute_disk one",
  ],
])("%s is a miss, reported below the table", (_, part, miss) => {
  const outcome = { ...HELD, ...part, folder: "/tmp/kept" };
  expect(missesOf(outcome)).toEqual([miss]);
  const text = reportText([HELD, outcome], 120);
  expect(text).toContain(
    `MISSED gke/1200/cloud-sql: ${miss}\n  all of it lies in /tmp/kept\n1 of 2 cases held\n`,
  );
});

test("a case without a result misses every expectation", () => {
  expect(missesOf({ name: "gke/100/cloud-sql", failedStages: [], secondPlan: {}, seconds: 1 })).toEqual([
    "no second plan was made",
    "the verdict is missing",
    "the teardown is missing",
    "the twin was not asked",
  ]);
});
