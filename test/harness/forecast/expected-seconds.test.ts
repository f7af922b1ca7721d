import { expect, test } from "vitest";
import { chooseDurations, type Evidence } from "../../../harness/forecast/expected-seconds.ts";
import { findKindSeconds } from "../../../reference-architectures/durations/kind-seconds.ts";
import type { RunRecord } from "../../../harness/model/record/record.ts";
import { OVERLAY } from "../../../rehearsal/twin/overlay/table.ts";
import { officialRecord, sampleRecord } from "../results/sample-record.ts";

const SQL = "google_sql_database_instance";
const times = (medianSeconds: number): Pick<RunRecord, "resourceSeconds"> => ({
  resourceSeconds: { [SQL]: { count: 2, medianSeconds, longestSeconds: medianSeconds + 1 } },
});
const NONE: Evidence = { records: [], architecture: "gke", bootstrapMinutes: 3, speed: 1, isTwin: false };
const twinRecord = (speed: number): RunRecord => {
  const { provenance } = sampleRecord();
  return sampleRecord({ ...times(5), provenance: { ...provenance, rehearsal: { speed, buildSpeed: 10 } } });
};

test("without records a duration is published or assumed, and says which", () => {
  const { create, start, bootstrap } = chooseDurations(NONE);
  expect(create(SQL)).toMatchObject({ seconds: 540, basis: { kind: "published" } });
  expect(create("google_never_seen")).toMatchObject({
    basis: { kind: "assumed", source: "nothing is known of this kind" },
  });
  expect([start, bootstrap].map(({ basis }) => basis.kind)).toEqual(["assumed", "assumed"]);
  expect(bootstrap.seconds).toBe(180);
});

test("the newest record that measured the kind wins, one of this architecture before others", () => {
  const older = officialRecord({ runId: "01kf3zq8v1a2b3c4d5e6f7g8h1", ...times(400) });
  const newer = officialRecord({
    runId: "01kf3zq8v1a2b3c4d5e6f7g8h2",
    startedAt: "2026-11-23T07:00:00.000Z",
    ...times(450),
  });
  const other = officialRecord({ architecture: "gce-vm", ...times(700) });
  const without = officialRecord({ runId: "01kf3zq8v1a2b3c4d5e6f7g8h3" });
  const { create } = chooseDurations({ ...NONE, records: [older, newer, other, without] });
  expect(create(SQL)).toEqual({
    seconds: 450,
    basis: { kind: "measured", runId: newer.runId, date: "2026-11-23", count: 2 },
  });
  expect(chooseDurations({ ...NONE, records: [other] }).create(SQL).seconds).toBe(700);
});

test("a bootstrap is measured by its stage, unless external provisioners were applied in it", () => {
  const record = officialRecord({
    stages: [
      {
        stage: "bootstrap",
        startedAt: "2026-11-22T07:20:00.000Z",
        finishedAt: "2026-11-22T07:21:30.000Z",
        outcome: "ok",
      },
    ],
  });
  expect(chooseDurations({ ...NONE, records: [record] }).bootstrap).toMatchObject({
    seconds: 90,
    basis: { kind: "measured" },
  });
  const external = { ...record, load: { ...record.load, externalProvisioners: 2 } };
  expect(chooseDurations({ ...NONE, records: [external] }).bootstrap.basis.kind).toBe("assumed");
});

test("on a machine the bootstrap waits for the start-up script, but not for the twin's", () => {
  const onMachine = { ...NONE, isOnMachine: true };
  expect(chooseDurations(onMachine).bootstrap.seconds).toBe(180 + 240);
  expect(chooseDurations({ ...onMachine, isTwin: true, speed: 20 }).bootstrap.seconds).toBeLessThan(10);
});

test("times of an emulated cloud say nothing of a real one", () => {
  const record = officialRecord(times(1));
  const emulated = { ...record, cloud: { ...record.cloud!, emulated: true } };
  expect(chooseDurations({ ...NONE, records: [emulated] }).create(SQL).basis.kind).toBe("published");
});

test("a simulated time that was asked for is called so, by the twin's speed; its bootstrap is the emulator's and is not used", () => {
  const { create, bootstrap } = chooseDurations({ ...NONE, records: [twinRecord(100)] });
  expect(create(SQL)).toMatchObject({ seconds: 500, basis: { kind: "simulated" } });
  expect(bootstrap.basis.kind).toBe("assumed");
});

test("for a twin only records of the same speed count, and published times are divided by it", () => {
  const twin = { ...NONE, isTwin: true, speed: 20 };
  expect(chooseDurations({ ...twin, records: [twinRecord(20)] }).create(SQL).seconds).toBe(5);
  expect(
    chooseDurations({ ...twin, records: [twinRecord(200), officialRecord(times(400))] }).create(SQL),
  ).toEqual({
    seconds: 27,
    basis: { kind: "published", source: findKindSeconds(SQL)!.source },
  });
});

test("every kind that the stacks use has a duration, which the twin takes too", () => {
  for (const [kind, { seconds }] of Object.entries(OVERLAY)) {
    const { create, delete: deletion } = findKindSeconds(kind) ?? {};
    expect([kind, create, deletion]).toEqual([kind, seconds.create, seconds.delete]);
  }
});
