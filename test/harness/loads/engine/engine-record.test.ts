import { expect, test } from "vitest";
import { OBJECTIVES, objectivesFor } from "../../../../reference-architectures/objectives.ts";
import { NOT_PART } from "../../../../harness/model/record/objective-words.ts";
import { markEngineRecord } from "../../../../harness/loads/engine/engine-record.ts";
import { recordSchema, type RunRecord } from "../../../../harness/model/record/record.ts";
import { judge } from "../../../../harness/results/judge/objectives.ts";
import { sampleMeasurements, sampleRecord } from "../../results/sample-record.ts";

const engine = {
  name: "coder",
  version: "v2.31.0",
  command: "coder exp scaletest",
  notComparable: ["names: scaletest-…"],
  left: [],
} as const;

function coderRecord(
  left: { kind: string; id: string; name: string; reason: string }[] = [],
  workspaces = sampleMeasurements().workspaces,
): RunRecord {
  const { connections } = sampleMeasurements();
  const measurements = sampleMeasurements({
    workspaces,
    connections: { ...connections, verified: 0, serverGauge: { terminal: 0, ssh: 0 } },
    engine: { ...engine, notComparable: [...engine.notComparable], left },
  });
  const figures = { workspaces: 1200, concurrentBuilds: 120 };
  const objectives = [
    ...judge(objectivesFor(OBJECTIVES, { size: "", figures, simulated: true }), measurements),
  ];
  return sampleRecord({
    measurements,
    objectives,
    verdict: "slo-failed",
    conditions: ["user tokens: created by the site admin"],
  });
}

test("an objective that Coder's utility cannot report is a warning, and fails no load", () => {
  const record = markEngineRecord(coderRecord());
  expect(record.verdict).toBe("pass");
  expect(record.objectives.find(({ name }) => name === "server-count-ssh")).toMatchObject({
    met: false,
    severity: "warn",
    reason: expect.stringContaining("the server may have counted after"),
  });
  expect(recordSchema.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
});

test("a load on existing workspaces is judged only by its connections", () => {
  const found = { asked: 0, created: 0, ready: 0, succeeded: 0, failed: 0, deleted: 0 };
  const record = markEngineRecord(coderRecord([], found));
  expect(record.verdict).toBe("pass");
  const created = record.objectives.find(({ name }) => name === "workspaces-succeeded");
  expect(created).toMatchObject({ met: true, note: NOT_PART });
  expect(created?.value).toBeUndefined();
});

test("the engine, its logins and what is not comparable are conditions of the figures", () => {
  expect(markEngineRecord(coderRecord()).conditions).toEqual([
    "engine: coder exp scaletest (v2.31.0), not refbench's own",
    "user tokens: a login each",
    "not comparable: names: scaletest-…",
  ]);
});

test("items that the cleanup could not delete remain, and the record is leaked", () => {
  const left = [
    { kind: "user", id: "user-1", name: "scaletest-a-0", reason: "still listed after its delete" },
  ];
  const record = markEngineRecord(coderRecord(left));
  expect(record.verdict).toBe("leaked");
  expect(record.teardown).toMatchObject({ state: "leaked", left: [{ kind: "user", name: "scaletest-a-0" }] });
});

test("a record of refbench's own engine is unchanged", () => {
  const record = sampleRecord();
  expect(markEngineRecord(record)).toBe(record);
});
