import { expect, test } from "vitest";
import { tokenAuth } from "../../../../harness/inventory/google/auth.ts";
import { readCloudMonitoring } from "../../../../harness/inventory/measured/cloud-monitoring.ts";
import type { Observation } from "../../../../harness/model/observation/observation.ts";
import { MockGoogle } from "../../../../rehearsal/google-api/mock-google.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const { signal } = new AbortController();
const FROM = Date.UTC(2026, 10, 30, 20);
const MINUTE = 60_000;

async function read(spoil: (google: MockGoogle) => void): Promise<Observation> {
  await using google = new MockGoogle();
  const endpoints = await google.start();
  spoil(google);
  return await readCloudMonitoring(
    { project: "some-project", auth: tokenAuth("a-token"), endpoints, clock: fakeClock() },
    { database: "bench-db", machines: ["bench-runner"] },
    { fromMs: FROM, toMs: FROM + 3 * MINUTE },
    signal,
  );
}

const points = (...values: readonly number[]) =>
  values.map((value, index) => ({ atMs: FROM + (index + 1) * MINUTE - 1000, value }));
const database = (type: string, values: readonly number[], id = "some-project:bench-db") => ({
  type: `cloudsql.googleapis.com/database/${type}`,
  labels: { database_id: id },
  points: points(...values),
});

test("seconds of CPU become cores, one value for each minute of the load, and other databases have no part", async () => {
  const { series, samples, everyMs, startedAtMs } = await read((google) => {
    google.project.measured = [
      database("cpu/usage_time", [60, 90, 30]),
      database("cpu/usage_time", [600, 600, 600], "some-project:another"),
      database("memory/usage", [1e9, 2e9, 3e9]),
      database("disk/write_ops_count", [600, 0, 6]),
      {
        type: "compute.googleapis.com/instance/cpu/usage_time",
        labels: { instance_name: "bench-runner" },
        points: points(30, 30, 120),
      },
    ];
  });
  expect([startedAtMs, everyMs, samples]).toEqual([FROM, MINUTE, 4]);
  expect(series).toEqual([
    { name: "database.cpu", of: "database", values: [null, 1, 1.5, 0.5] },
    { name: "database.memory", of: "database", values: [null, 1e9, 2e9, 3e9] },
    { name: "database.writes", of: "database", values: [null, 10, 0, 0.1] },
    { name: "node.cpu", of: "bench-runner", values: [null, 0.5, 0.5, 2] },
  ]);
});

test("minutes that Google has not shown yet are said", async () => {
  const { unseen } = await read((google) => {
    google.project.measured = [database("cpu/usage_time", [60])];
  });
  expect(unseen).toContainEqual({
    what: "figures of Google Cloud Monitoring",
    why: "its last minutes came late",
    samples: 2,
  });
});

test("without the right there is one line with its name, and no error", async () => {
  const { series, unseen } = await read((google) =>
    google.project.ungranted.add("monitoring.timeSeries.list"),
  );
  expect(series).toEqual([]);
  expect(unseen).toHaveLength(1);
  expect(unseen[0]!.why).toMatch(/^monitoring\.timeSeries\.list is not granted/);
});
