import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { daysAfter } from "../../../../harness/results/format/day.ts";
import { fingerprintChanges, fingerprintOf } from "../../../../harness/results/format/fingerprint.ts";
import { nightRows } from "../../../../harness/results/nights/nights.ts";
import { LEAKED, nightOn } from "../nightly-records.ts";
import { officialRecord, sampleMeasurements, sampleRecord, unmeasured } from "../sample-record.ts";

const TODAY = "2026-11-22";
const ago = (days: number) => daysAfter(TODAY, -days);

function peaking(day: string, peakRunning: number, overrides: Partial<RunRecord> = {}): RunRecord {
  const builds = { capacity: 120, peakRunning, timeWeightedRunning: peakRunning - 10 };
  return nightOn(day, { measurements: sampleMeasurements({ builds }), ...overrides });
}

function onlyRow(records: readonly RunRecord[], asOf = TODAY) {
  const rows = nightRows(records, { asOf });
  expect(rows).toHaveLength(1);
  return rows[0]!;
}

test("the figures are median, least and most of the five newest nights", () => {
  const row = onlyRow([90, 100, 101, 120, 107, 103].map((peak, index) => peaking(ago(5 - index), peak)));
  expect(row.measured.map(({ day }) => day)).toEqual([0, 1, 2, 3, 4].map(ago));
  expect(row.figures?.buildsPeak).toEqual({ median: 103, range: [100, 120] });
  expect(row).toMatchObject({ consecutiveClean: 6, status: { word: "clean" }, missing: [] });
});

test("the median of an even number of nights lies between the middle two", () => {
  const row = onlyRow([100, 101, 110, 120].map((peak, index) => peaking(ago(3 - index), peak)));
  expect(row.figures?.buildsPeak.median).toBe(105.5);
});

test("a night that measured nothing is in no median, one that leaked is, and the newest of any end is the row's", () => {
  const failed = unmeasured(nightOn(ago(0), { verdict: "infrastructure", reasons: ["infrastructure: no"] }));
  const leaked = peaking(ago(1), 1, { teardown: LEAKED, verdict: "leaked" });
  const row = onlyRow([peaking(ago(2), 100), leaked, failed]);
  expect(row.newest.record).toEqual(failed);
  expect(row.figures?.buildsPeak).toEqual({ median: 50.5, range: [1, 100] });
  expect(row.consecutiveClean).toBe(0);
});

test("a median is never of two platforms, regions or major versions: those of the newest night that measured count", () => {
  const { provenance } = officialRecord();
  const on = (postgres: string, version = "0.1.0") => ({
    provenance: { ...provenance, refbench: { ...provenance.refbench, version }, platform: { postgres } },
  });
  const row = onlyRow([
    peaking(ago(3), 50, on("15")),
    peaking(ago(2), 60, on("16", "1.0.0")),
    peaking(ago(1), 100, on("16", "0.2.0")),
    peaking(ago(0), 102, on("16")),
  ]);
  expect(row.figures?.buildsPeak).toEqual({ median: 101, range: [100, 102] });
  expect(row.measured).toHaveLength(2);
});

test("another version of Coder is the same series, and another platform is described in words", () => {
  const { provenance } = officialRecord();
  const before = nightOn(ago(1), { coderVersion: "2.30.0" });
  const after = nightOn(ago(0), { provenance: { ...provenance, platform: { kubernetes: "1.34" } } });
  expect(onlyRow([before, nightOn(ago(0))]).measured).toHaveLength(2);
  expect(fingerprintChanges(fingerprintOf(before), fingerprintOf(after))).toEqual([
    "Kubernetes: unknown → 1.34",
  ]);
});

test("another zone or another processor is another platform: the cloud's choice is not a change of Coder", () => {
  const { cloud } = officialRecord();
  const measurements = sampleMeasurements();
  const machine = { cpu: "Ice Lake", cores: 2, memoryGib: 8, os: "linux", node: "v20.20.0" };
  const on = (cpu: string) => ({
    measurements: { ...measurements, generator: { ...measurements.generator, machine: { ...machine, cpu } } },
  });
  const before = nightOn(ago(1), on("Ice Lake"));
  const elsewhere = nightOn(ago(0), { ...on("Ice Lake"), cloud: { ...cloud!, zone: "us-central1-f" } });
  const other = nightOn(ago(0), on("Cascade Lake"));
  expect(onlyRow([before, nightOn(ago(0), on("Ice Lake"))]).measured).toHaveLength(2);
  expect(onlyRow([before, elsewhere])).toMatchObject({ tally: { of: 1, otherPlatform: 1 } });
  expect(onlyRow([before, other])).toMatchObject({ tally: { of: 1, otherPlatform: 1 } });
  expect(fingerprintChanges(fingerprintOf(before), fingerprintOf(other))).toEqual([
    "generator's processor: Ice Lake → Cascade Lake",
  ]);
});

test("rows come in the catalogue's order, what it no longer has last, and rehearsals apart from real nights", () => {
  const of = (architecture: string, size: string) => nightOn(ago(0), { architecture, size });
  const rows = nightRows(
    [of("gone", "1"), of("gce-vm", "1000"), of("eks", "1200"), of("gke", "1200"), of("eks", "100")],
    { asOf: TODAY },
  );
  expect(rows.map(({ architecture, size }) => `${architecture}/${size}`)).toEqual([
    "gke/1200",
    "eks/100",
    "eks/1200",
    "gce-vm/1000",
    "gone/1",
  ]);
  expect(
    nightRows([nightOn(ago(0)), nightOn(ago(0), {}, { simulated: true })], { asOf: TODAY }),
  ).toHaveLength(2);
});

test("only nights under the size's own figures are rows", () => {
  const records = [
    officialRecord({ origin: { kind: "run" } }),
    nightOn(ago(0), { overrides: { users: 3 } }),
    nightOn(ago(0), { overrides: { users: 3 } }, { simulated: true }),
    sampleRecord({ overrides: {} }),
    officialRecord({ origin: { kind: "comparison" } }),
  ];
  expect(nightRows(records, { asOf: TODAY })).toEqual([]);
});

test("a rehearsed night with planted faults has a row and is in no median", () => {
  const { provenance } = sampleRecord();
  const faults = { ...provenance, rehearsal: { speed: 1, buildSpeed: 4, faults: "faults.json" } };
  const planted = nightOn(ago(0), { provenance: faults }, { simulated: true });
  const row = onlyRow([nightOn(ago(1), {}, { simulated: true }), planted]);
  expect(row.newest.record).toEqual(planted);
  expect(row.measured.map(({ day }) => day)).toEqual([ago(1)]);
  expect(row.status).toMatchObject({ word: "planted" });
});

test("a night that outlives midnight is of the day it began, and a zone failed over within it is one night", () => {
  const cost = (total: number): RunRecord["cost"] => ({
    basis: "estimated",
    estimate: { prices: ago(0), region: "us", hours: 1, perHour: 1, teardownReserve: 0, total, items: [] },
  });
  const first = unmeasured(nightOn(ago(1), { verdict: "infrastructure", cost: cost(1) }, { hours: 1 }));
  const failedOver = { fromZone: "us-central1-a", runId: first.runId, reason: "no machines" };
  const second = nightOn(ago(1), { cost: cost(4), failedOver }, { hours: 25 });
  const row = onlyRow([second, first]);
  expect(row.newest).toMatchObject({ day: ago(1), record: second });
  expect(row).toMatchObject({ consecutiveClean: 1, cost: { median: 5 } });
});

test("a run that is made again in a night, and took no other zone's place, does not hide the first", () => {
  const first = unmeasured(nightOn(ago(1), { verdict: "infrastructure" }, { hours: 1 }));
  expect(onlyRow([first, nightOn(ago(1), {}, { hours: 3 })]).newest.record).toEqual(first);
});

test("the cost is the spent, else the estimated one, of failed nights too, and billed only if all were billed", () => {
  const estimate = {
    prices: ago(0),
    region: "us",
    hours: 1,
    perHour: 1,
    teardownReserve: 0,
    total: 9,
    items: [],
  };
  const row = onlyRow([
    nightOn(ago(2), { cost: { estimate, basis: "billed", spent: 3 } }),
    nightOn(ago(1), { cost: { estimate, basis: "estimated" } }),
    unmeasured(
      nightOn(ago(0), { cost: { estimate, basis: "estimated", spent: 1 }, verdict: "harness-error" }),
    ),
  ]);
  expect(row.cost).toEqual({ median: 3, range: [1, 9], basis: "estimated" });
  expect(onlyRow([nightOn(ago(0))]).cost).toBeUndefined();
});

describe("the status", () => {
  const failing = (day: string, overrides: Partial<RunRecord>) =>
    onlyRow([nightOn(ago(1)), nightOn(day, overrides)]).status;

  test("of a failed night has the stage that failed, the class and the reason", () => {
    const timing = { startedAt: "2026-11-22T01:00:00.000Z", finishedAt: "2026-11-22T01:01:00.000Z" };
    expect(
      failing(ago(0), {
        verdict: "infrastructure",
        stages: [
          { stage: "preflight", outcome: "ok", ...timing },
          { stage: "provision", outcome: "failed", message: "quota", ...timing },
        ],
        reasons: ["infrastructure: provision: quota\nexceeded"],
      }),
    ).toEqual({
      word: "failed",
      verdict: "infrastructure",
      stage: "provision",
      reason: "provision: quota exceeded",
    });
  });

  test("of missed objectives has the load and the class of most failures", () => {
    expect(failing(ago(0), { verdict: "slo-failed", reasons: ["slo-failed: 3 % failed"] })).toEqual({
      word: "failed",
      verdict: "slo-failed",
      stage: "load",
      class: "connect-timeout",
      reason: "3 % failed",
    });
  });

  test.each(["leaked", "unverified"] as const)(
    "of a teardown that is %s shows this, however old it is",
    (state) => {
      const record = nightOn(ago(40), { verdict: state, teardown: { ...LEAKED, state } });
      expect(onlyRow([record]).status).toMatchObject({ word: state });
    },
  );

  test("is stale from the fifteenth day on, whatever the newest night's outcome", () => {
    expect(onlyRow([nightOn(ago(15), { verdict: "slo-failed" })]).status).toEqual({
      word: "stale",
      days: 15,
    });
    expect(onlyRow([nightOn(ago(14), { verdict: "slo-failed" })]).status).toMatchObject({ word: "failed" });
  });

  test("is missing when nights that were due after the newest have no record; the day itself is not due yet", () => {
    expect(onlyRow([nightOn(ago(1))]).status).toEqual({ word: "clean" });
    expect(onlyRow([nightOn(ago(3))]).status).toEqual({ word: "missing", nights: [ago(2), ago(1)] });
  });

  test("of a night after a gap is its own, and the gap of the last 14 days is shown beside it", () => {
    const row = onlyRow([nightOn(ago(20)), nightOn(ago(13)), nightOn(ago(2)), nightOn(ago(1))]);
    expect(row.status).toEqual({ word: "clean" });
    expect(row.missing).toEqual([14, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map(ago));
  });
});
