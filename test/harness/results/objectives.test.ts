import { expect, test } from "vitest";
import { OBJECTIVES } from "../../../reference-architectures/objectives.ts";
import { judge, type Objective } from "../../../harness/results/objectives.ts";
import { sampleMeasurements } from "./sample-record.ts";

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

test("every path of the published objectives leads to a figure, and a good run meets them", () => {
  const results = judge(OBJECTIVES, sampleMeasurements());
  expect(results.map(({ value, met }) => [typeof value, met])).toEqual(
    OBJECTIVES.map(() => ["number", true]),
  );
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
