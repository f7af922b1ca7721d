import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { architectures } from "../../../../reference-architectures/catalogue.ts";
import { objectivesFor } from "../../../../reference-architectures/objectives.ts";
import { MEASURING_METHOD, type RunRecord } from "../../../../harness/model/record/record.ts";
import { contradictionOf } from "../../../../harness/results/history/contradiction.ts";
import { importRecords } from "../../../../harness/results/history/import-records.ts";
import { judge } from "../../../../harness/results/judge/objectives.ts";
import { recordStandingOf, unofficialReasons } from "../../../../harness/results/judge/official.ts";
import { nightOn, scratchFolder } from "../nightly-records.ts";
import { sampleRecord, unmeasured } from "../sample-record.ts";

/** A night whose workspaces failed by a tenth, judged by what its architecture asks for. */
function missed(): RunRecord {
  const night = nightOn("2026-11-22");
  const measurements = structuredClone(night.measurements!);
  Object.assign(measurements.workspaces, { succeeded: 1080, ready: 1080, failed: 120 });
  const asked = objectivesFor(architectures.get("gke")!.objectives, {
    size: night.size,
    figures: night.load,
    simulated: false,
  });
  return {
    ...night,
    measurements,
    objectives: [...judge(asked, measurements)],
    verdict: "slo-failed",
    reasons: [],
  };
}

async function importing(record: RunRecord): Promise<readonly string[]> {
  const store = await scratchFolder();
  await expect(importRecords([record], store)).rejects.toThrow(
    /contradicts itself|incomplete|no measurements|no objective/,
  );
  return readdir(store);
}

describe("a verdict that nothing leads to", () => {
  test.each(["pass", "slo-failed", "generator-limited"] as const)(
    "is not believed: %s without figures",
    async (verdict) => {
      const record = { ...unmeasured(nightOn("2026-11-22")), verdict, objectives: [], reasons: [] };
      expect(contradictionOf(record)).toMatch(`says ${verdict}, but holds no measurements`);
      expect(recordStandingOf(record)).toBe("unofficial");
      expect(await importing(record)).toEqual([]);
    },
  );

  test("is not believed: a pass by no objective", async () => {
    const record = { ...nightOn("2026-11-22"), objectives: [] };
    expect(contradictionOf(record)).toMatch("but has no objectives");
    expect(await importing(record)).toEqual([]);
  });

  test("is not required of runs that report that they measured nothing", () => {
    const record = unmeasured(
      nightOn("2026-11-22", { verdict: "infrastructure", reasons: ["infrastructure: quota"] }),
    );
    expect(contradictionOf({ ...record, objectives: [] })).toBeUndefined();
    expect(recordStandingOf({ ...record, objectives: [] })).toBe("official");
  });
});

describe("a pass that was made of a miss", () => {
  const NAME = "workspaces-succeeded";

  test("is found if the missed objective was taken out", async () => {
    const night = missed();
    expect(night.objectives.find(({ name }) => name === NAME)?.met).toBe(false);
    const others = nightOn("2026-11-22").objectives.map((each) => ({
      ...each,
      name: "another",
      value: 1,
      met: true,
    }));
    const record: RunRecord = { ...night, objectives: others, verdict: "pass" };
    expect(unofficialReasons(record)).toContainEqual(
      expect.stringMatching(`a pass although objectives of gke are missed: .*${NAME}`),
    );
    expect(await importing(record)).toEqual([]);
  });

  test("is found if its threshold was lowered", () => {
    const objectives = nightOn("2026-11-22").objectives.map((each) => ({
      ...each,
      threshold: 0.1,
      value: 0.9,
      met: true,
    }));
    const record: RunRecord = { ...missed(), objectives, verdict: "pass" };
    expect(unofficialReasons(record)).toContainEqual(
      expect.stringMatching(`a pass although objectives of gke are missed: .*${NAME}`),
    );
  });
});

test("a record of today's method names each objective of its architecture that can fail it", () => {
  const record = nightOn("2026-11-22");
  const ofToday = { ...record, provenance: { ...record.provenance, method: MEASURING_METHOD } };
  expect(unofficialReasons(record)).toEqual([]);
  expect(unofficialReasons(ofToday)).toContainEqual(
    expect.stringMatching(/missing objectives of gke: .*connections-held/),
  );
});

test("a version that is not one keeps a record out of the table", () => {
  expect(unofficialReasons(nightOn("2026-11-22", { coderVersion: "v2.31.0 <!-- -->" }))).toEqual([
    "a Coder version that is not a version",
  ]);
});

test("an architecture's objectives do not apply to rehearsals and manual runs", () => {
  expect(contradictionOf(sampleRecord())).toBeUndefined();
  expect(recordStandingOf(sampleRecord())).toBe("simulated");
});
