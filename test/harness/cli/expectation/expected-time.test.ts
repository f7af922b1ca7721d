import { expect, test } from "vitest";
import { getArchitecture } from "../../../../reference-architectures/catalogue.ts";
import { estimateCost } from "../../../../reference-architectures/cost/estimate.ts";
import { describeTime } from "../../../../harness/cli/expectation/expectation.ts";
import { expectLoadTime, expectRunTime } from "../../../../harness/cli/expectation/expected-time.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const load = (overrides: Parameters<typeof loadTaskFor>[1] = {}) =>
  loadTaskFor(
    { url: "http://127.0.0.1:1", token: "t" },
    { workspaces: 100, connections: { total: 500, rampPerSecond: 50, holdMs: 75_000 }, ...overrides },
  );

test("a run takes as long as its cost estimate counts", () => {
  const architecture = getArchitecture("gke");
  const size = architecture.sizes["100"];
  if (size === undefined) throw new Error("gke has no size 100");
  const estimation = estimateCost(architecture, size, { region: "us-central1", runner: true });
  const { totalSeconds, assumptions } = expectRunTime(architecture, size);
  if (estimation.state !== "priced") throw new Error(estimation.reason);
  expect(totalSeconds / 3600).toBeCloseTo(estimation.estimate.hours, 2);
  expect(assumptions).toContain("a minute for each of 7 rounds of 30 builds");
});

test("a load is its rounds of builds and deletes, its ramp-up and its hold", () => {
  const time = expectLoadTime(load(), { replicas: 1, daemons: 30 });
  expect(time.phases).toEqual([
    { phase: "builds", seconds: 240 },
    { phase: "ramp-up", seconds: 10 },
    { phase: "hold", seconds: 75 },
    { phase: "deletes", seconds: 240 },
  ]);
  expect(describeTime(time)).toBe(
    "about 9m 25s: builds 4m 00s, ramp-up 10 s, hold 1m 15s, deletes 4m 00s; a minute for each of 4 rounds of 30 builds",
  );
});

test("the load's own limit and what it keeps count", () => {
  const { phases } = expectLoadTime(load({ concurrency: 10, keep: true }), { replicas: 1, daemons: 30 });
  expect(phases.map(({ phase }) => phase)).toEqual(["builds", "ramp-up", "hold"]);
  expect(phases[0]?.seconds).toBe(600);
});

test("deletes go by their own limit", () => {
  const { phases } = expectLoadTime(load({ concurrency: 1, cleanupConcurrency: 10 }), {
    replicas: 1,
    daemons: 30,
  });
  const of = (name: string) => phases.find(({ phase }) => phase === name)?.seconds;
  expect(of("builds")).toBe(10 * (of("deletes") ?? 0));
});

test("builds whose daemons are not known are not counted, and that is stated", () => {
  const time = expectLoadTime(load(), { unknown: "403" });
  expect(time.totalSeconds).toBe(85);
  expect(describeTime(time)).toContain(
    "builds are not counted, since the number of provisioner daemons is not known",
  );
});
