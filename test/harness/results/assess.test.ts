import { expect, test } from "vitest";
import { assess } from "../../../harness/results/assess.ts";
import { MET, observedRecord } from "../../support/results/observed-record.ts";

const SATURATED = { "coderd.cpu": { "coder-0": 0.99 }, "coderd.cpu-limit": { "coder-0": 1 } };

test("a load that missed its objectives is limited by what was saturated, with evidence", () => {
  const { limits } = assess(observedRecord({ series: SATURATED }));
  expect(limits).toMatchObject({
    answer: "limited",
    sentence: "limited by the CPU of coderd",
    findings: [
      {
        rule: "coderd-cpu",
        share: 1,
        evidence: [{ figure: "coderd.cpu", of: "coder-0", value: 0.99 }],
      },
    ],
  });
});

test("a load that met its objectives with room is limited by nothing, whatever was saturated", () => {
  expect(assess(observedRecord({ series: SATURATED, objectives: [MET] })).limits).toMatchObject({
    answer: "met-with-room",
    findings: [],
  });
});

test("a load of which nothing was observed could not be told", () => {
  const { limits } = assess(observedRecord({ isObserved: false }));
  expect(limits?.answer).toBe("unknown");
  expect(limits?.sentence).toContain("nothing of the deployment was observed");
  expect(limits?.unjudged).toContainEqual({
    rule: "coderd-cpu",
    why: "not seen: CPU of coderd and its limit",
  });
});

test("a record without a load has no limits", () => {
  expect(assess({ ...observedRecord(), measurements: undefined })).toEqual({});
});
