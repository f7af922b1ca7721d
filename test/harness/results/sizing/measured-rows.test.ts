import { expect, test } from "vitest";
import { findClaims } from "../../../../harness/results/claims/find-claims.ts";
import { measuredRowsOf } from "../../../../harness/results/sizing/measured-rows.ts";
import { observedRecord } from "../../../support/results/observed-record.ts";
import { officialRecord, sampleRecord, unmeasured } from "../sample-record.ts";

test("an official row is the load that it carried, on its day, with its run", () => {
  const { rows, notUsed } = measuredRowsOf([officialRecord()]);
  expect(rows).toEqual([
    {
      runId: "01kf3zq8v1a2b3c4d5e6f7g8h9",
      date: "2026-11-22",
      architecture: "gke",
      size: "1200",
      outcome: "pass",
      load: { users: 1_200, workspaces: 1_200, builds: 120, connections: 10_000 },
      isAsListed: true,
      disagreements: [],
    },
  ]);
  expect(notUsed).toEqual({ simulated: 0, unofficial: 0, inconclusive: 0 });
});

test("simulated, unofficial and inconclusive records are counted and not used", () => {
  const { rows, notUsed } = measuredRowsOf([
    sampleRecord(),
    officialRecord({ origin: { kind: "run" } }),
    officialRecord({ verdict: "generator-limited" }),
    unmeasured(officialRecord({ verdict: "infrastructure" })),
  ]);
  expect(rows).toEqual([]);
  expect(notUsed).toEqual({ simulated: 1, unofficial: 1, inconclusive: 2 });
});

test("a row that missed its objectives says why", () => {
  const { rows } = measuredRowsOf([
    officialRecord({ verdict: "slo-failed", reasons: ["API probe, p95: 900 ms (at most 500 ms)"] }),
  ]);
  expect(rows).toMatchObject([{ outcome: "slo-failed", reason: "API probe, p95: 900 ms (at most 500 ms)" }]);
});

test("a size that has other figures today is not as listed", () => {
  const { load } = officialRecord();
  expect(measuredRowsOf([officialRecord({ load: { ...load, users: 1_000 } })]).rows[0]?.isAsListed).toBe(
    false,
  );
  expect(measuredRowsOf([officialRecord({ load: { ...load, replicas: 5 } })]).rows[0]?.isAsListed).toBe(
    false,
  );
  expect(measuredRowsOf([officialRecord({ size: "7" })]).rows[0]?.isAsListed).toBe(false);
});

test("a measured figure that does not support a published one is named with both", () => {
  const observed = observedRecord({
    series: { "coderd.cpu": { "coder-0": (sample) => (sample < 2 ? 0.1 : 9) } },
    measurements: { users: { asked: 1_200, created: 1_200, withWorkspace: 1_200, deleted: 1_200 } },
  });
  const claims = findClaims(observed);
  const { rows } = measuredRowsOf([officialRecord(claims === undefined ? {} : { claims: [...claims] })]);
  expect(rows[0]?.disagreements.join("\n")).toMatch(
    /^CPU of coderd for each user.*: measured [\d.]+ to 0\.0075 cores, published 0\.004 \(Coder, validated/m,
  );
});
