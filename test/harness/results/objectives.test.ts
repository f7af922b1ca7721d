import { expect, test } from "vitest";
import { failsRun, NOT_PART, objectiveSentence } from "../../../harness/model/objective-words.ts";
import { recordSchema } from "../../../harness/model/record.ts";
import { judge, judgeAgain, type Objective } from "../../../harness/results/objectives.ts";
import { resolveSize } from "../../../reference-architectures/catalogue.ts";
import { OBJECTIVES, objectivesFor } from "../../../reference-architectures/objectives.ts";
import { histogramOf, sampleMeasurements, sampleRecord, upTo } from "./sample-record.ts";

const objective = (overrides: Partial<Objective>): Objective => ({
  name: "lost",
  description: "connections lost",
  metric: { path: "connections.lost" },
  threshold: 3,
  direction: "at-most",
  ...overrides,
});

const lost = (count: number) =>
  sampleMeasurements({ connections: { ...sampleMeasurements().connections, lost: count } });

test("a threshold itself is met, in both directions", () => {
  expect(judge([objective({})], lost(3))).toMatchObject([{ value: 3, met: true }]);
  expect(judge([objective({})], lost(4))).toMatchObject([{ value: 4, met: false }]);
  const atLeast = objective({ direction: "at-least" });
  expect(judge([atLeast], lost(3))).toMatchObject([{ met: true }]);
  expect(judge([atLeast], lost(2))).toMatchObject([{ met: false }]);
});

test.each([
  ["a path that leads nowhere", { path: "connections.imaginary" }],
  ["a path to something that is no number", { path: "connections" }],
  ["a share of nothing", { path: "connections.lost", per: "connections.lost" }],
])("%s is not measured, which is not met", (_, metric) => {
  const [result] = judge([objective({ metric })], lost(0));
  expect(result).toMatchObject({ met: false });
  expect(result).not.toHaveProperty("value");
});

test("a run that ended before its load has met nothing", () => {
  expect(judge(OBJECTIVES, undefined).map(({ met }) => met)).toEqual(OBJECTIVES.map(() => false));
});

/** Of loads that the sample is none of. */
const PARTS = new Set([
  "builds-running",
  "builds-sustained",
  "daemons-alive",
  "traffic-carried",
  "apps-held",
  "dashboard-reads",
]);

test("every path of the published objectives leads to a figure, and a good run meets them", () => {
  const results = judge(OBJECTIVES, sampleMeasurements());
  expect(results.map(({ name, value, met }) => [name, typeof value, met])).toEqual(
    OBJECTIVES.map(({ name }) => [name, PARTS.has(name) ? "undefined" : "number", true]),
  );
});

test("an objective of what was no part of the load is met and says so, and one that failed altogether is not", () => {
  const traffic = OBJECTIVES.filter(({ name }) => name === "traffic-carried");
  expect(judge(traffic, sampleMeasurements())).toMatchObject([{ met: true, note: NOT_PART }]);
  const { connections } = sampleMeasurements();
  const carried = (back: number) =>
    judge(traffic, sampleMeasurements({ connections: { ...connections, traffic: { due: 100, back } } }));
  expect(carried(0)).toMatchObject([{ value: 0, met: false }]);
  expect(carried(90)).toMatchObject([{ value: 0.9, met: true }]);
});

test("a percentile of a phase is judged in milliseconds from its intended start, over all shards", () => {
  const shards = [upTo(1000), upTo(1000).map((us) => us + 1000)];
  const histograms = shards.map((us) => histogramOf(us, { phase: "ssh-handshake" }));
  const raw = histogramOf([9_000_000], { phase: "ssh-handshake", basis: "raw" });
  const p95 = objective({ metric: { path: "phases.ssh-handshake.p95" }, threshold: 1.9 });
  const [result] = judge([p95], sampleMeasurements({ histograms: [...histograms, raw] }));
  expect(result).toMatchObject({ value: 1.9, met: true });
  expect(result).not.toHaveProperty("note");
});

test("a percentile that its count cannot carry is judged all the same, and says of how few it is", () => {
  const histograms = [histogramOf(upTo(12), { phase: "api-probe" })];
  const p95 = objective({ metric: { path: "phases.api-probe.p95" }, threshold: 300 });
  expect(judge([p95], sampleMeasurements({ histograms }))).toMatchObject([
    { value: 0.01, met: true, note: "of 12 samples only" },
  ]);
});

test("a share of errors counts those that were answered and those that were not", () => {
  const histograms = [histogramOf(upTo(97), { phase: "api-probe" })];
  const failures = [{ class: "api-error", phase: "api-probe", count: 3, example: "" } as const];
  const share = objective({
    metric: { path: "phases.api-probe.errorShare" },
    threshold: 0.01,
    unit: "share",
  });
  const [result] = judge([share], sampleMeasurements({ histograms, failures }));
  expect(result).toMatchObject({ value: 0.03, met: false });
  expect(objectiveSentence(result!)).toBe("connections lost: 3 %, wanted 1 %, missed by 2 points");
});

test("a failed attempt that is in the histogram is counted once in the attempts and in the share of errors", () => {
  const histograms = [{ ...histogramOf(upTo(100), { phase: "api-probe" }), failed: 3 }];
  const failures = [{ class: "api-error", phase: "api-probe", count: 4, example: "" } as const];
  const read = (path: string) =>
    judge([objective({ metric: { path } })], sampleMeasurements({ histograms, failures }))[0]?.value;
  expect(read("phases.api-probe.attempts")).toBe(101);
  expect(read("phases.api-probe.errorShare")).toBeCloseTo(4 / 101);
});

test("a stored record that is judged again gives the same answer", () => {
  const { histograms } = sampleMeasurements();
  const measurements = sampleMeasurements({
    histograms: [...histograms, histogramOf([400_000], { phase: "api-probe" })],
  });
  const run = { size: "1200", figures: resolveSize("gke", "1200").figures, simulated: true };
  const objectives = [...judge(objectivesFor(OBJECTIVES, run), measurements)];
  const stored = recordSchema.parse(JSON.parse(JSON.stringify(sampleRecord({ measurements, objectives }))));
  expect(judgeAgain(stored)).toEqual(stored.objectives);
  expect(stored.objectives).toEqual(objectives);
  const fewer = { ...stored.measurements!, workspaces: { ...stored.measurements!.workspaces, succeeded: 9 } };
  expect(judgeAgain({ ...stored, measurements: fewer })[0]).toMatchObject({ met: false });
});

test("a record that does not say what its objectives measured keeps them as they were", () => {
  const record = sampleRecord();
  expect(judgeAgain(record)).toEqual(record.objectives);
});

test("a size's builds are given time for each of their rounds, and rehearsals only tell of latency", () => {
  const { figures } = resolveSize("gke", "1200");
  const real = objectivesFor(OBJECTIVES, { size: "1200", figures, simulated: false });
  const ready = real.find(({ name }) => name === "workspace-ready-p95");
  expect(ready).toMatchObject({ threshold: 180_000 + 10 * 60_000 });
  expect(ready).not.toHaveProperty("severity");
  const rehearsed = objectivesFor(OBJECTIVES, { size: "1200", figures, simulated: true });
  const failing = rehearsed.filter(({ severity }) => severity !== "warn").map(({ unit }) => unit);
  expect(new Set(failing)).toEqual(new Set(["share"]));
});

test("a size's own threshold takes the place of the general one, with its reason", () => {
  const own = { threshold: 5, reason: "seen on its cloud" };
  const { figures } = resolveSize("gke", "canary");
  const run = { size: "canary", figures, simulated: false };
  const [sized] = objectivesFor([{ ...objective({}), bySize: { canary: own } }], run);
  expect(sized).toMatchObject(own);
});

test("a miss that is only to be told does not fail a run", () => {
  const [missed] = judge([objective({ severity: "warn", threshold: 0 })], lost(3));
  expect(missed).toMatchObject({ met: false });
  expect(failsRun(missed!)).toBe(false);
});

test("one held connection that carried no verified answer fails the run", () => {
  const { connections } = sampleMeasurements();
  const results = judge(OBJECTIVES, sampleMeasurements({ connections: { ...connections, verified: 9_999 } }));
  expect(results.filter(({ met }) => !met).map(({ name }) => name)).toEqual(["connections-verified"]);
});

test("99 % of workspaces is enough and one less is not", () => {
  const { workspaces } = sampleMeasurements();
  const met = (succeeded: number) =>
    judge(OBJECTIVES, sampleMeasurements({ workspaces: { ...workspaces, asked: 200, succeeded } })).find(
      ({ name }) => name === "workspaces-succeeded",
    )?.met;
  expect([met(198), met(197)]).toEqual([true, false]);
});
