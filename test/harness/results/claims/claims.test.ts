import { expect, test } from "vitest";
import { claimsOverRuns } from "../../../../harness/results/claims/claims-over-runs.ts";
import { findClaims } from "../../../../harness/results/claims/find-claims.ts";
import { formatClaims } from "../../../../harness/results/claims/format-claims.ts";
import {
  observedRecord,
  type PlannedLoad,
  type PlannedSeries,
} from "../../../support/results/observed-record.ts";

/** Two samples without anything, then 5 builds until the middle, then 100 connections. */
const window: PlannedLoad["window"] = (index) => (index < 2 ? { building: 0, ready: 0 } : {});
const claimOf = (id: string, series: PlannedSeries) =>
  findClaims(observedRecord({ series, window }))?.find((claim) => claim.id === id);

test("cores for each build are what coderd and Terraform use above the base, by running builds", () => {
  const claim = claimOf("coder-cores-per-build", {
    "coderd.cpu": {
      "coder-0": (sample) => (sample < 2 ? 0.1 : 0.6),
      "coder-1": (sample) => (sample < 2 ? 0.1 : 0.1),
    },
    "terraform.cpu": { "coder-0": (sample) => (sample < 2 ? 0 : 1) },
  });
  expect(claim?.measured).toEqual({ median: 0.3, low: 0.3, high: 0.3, samples: 28 });
});

test("a sample in which one replica is not known carries no sum", () => {
  const claim = claimOf("requests", {
    "coderd.requests": { "coder-0": 10, "coder-1": (sample) => (sample % 2 === 0 ? null : 20) },
  });
  expect(claim?.measured).toMatchObject({ median: 30, samples: 30 });
});

test("a typical figure agrees within the measured range, a rule of size above it", () => {
  const series = (cores: number) => ({
    "container.cpu": {
      "coderd/coder-0": (sample: number) => (sample < 2 ? 0 : cores * 5 * (0.9 + (sample % 10) / 50)),
    },
  });
  const agrees = (cores: number) =>
    claimOf("coder-cores-per-build", series(cores))?.published.map((each) => each.agrees);
  expect(agrees(0.2667)).toEqual([true, true]);
  expect(agrees(0.4)).toEqual([false, true]);
  // Some samples are above what the rule of size gives.
  expect(agrees(0.5)).toEqual([false, false]);
  expect(agrees(0.8)).toEqual([false, false]);
});

test("what was not seen has a reason and no figure, and agrees with nothing", () => {
  const claim = claimOf("database-cores", {});
  expect(claim).toMatchObject({ why: "not seen: CPU of the database", published: [{ value: 1.5 }] });
  expect(claim?.measured).toBeUndefined();
  expect(claim?.published[0]?.agrees).toBeUndefined();
});

test("connections are claimed only while no build disturbs them", () => {
  const series = {
    "database.cpu": { database: (sample: number) => (sample < 2 ? 0.1 : sample < 30 ? 3 : 0.6) },
  };
  expect(claimOf("database-cores-per-connection", series)?.measured).toMatchObject({ median: 0.005 });
});

test("without a sample before the first build, no base load is known, and no figure is made of it", () => {
  const record = observedRecord({
    series: { "coderd.cpu": { "coder-0": 0.6 }, "terraform.cpu": { "coder-0": 1 } },
  });
  const claim = findClaims(record)?.find(({ id }) => id === "coder-cores-per-build");
  expect(claim?.measured).toBeUndefined();
  expect(claim?.why).toMatch(/^no sample before the first build/);
});

test("few users say nothing of each, because what coderd takes without any decides", () => {
  const record = observedRecord({ series: { "coderd.cpu": { "coder-0": 0.6 } }, window });
  const { users } = record.measurements!;
  const of = (created: number) =>
    findClaims({ ...record, measurements: { ...record.measurements!, users: { ...users, created } } })?.find(
      ({ id }) => id === "coderd-cores-per-user",
    );
  expect(of(49)).toMatchObject({ why: expect.stringContaining("49 users") as string });
  expect(of(50)?.measured).toMatchObject({ median: 0.012 });
});

test("runs of one architecture and size are put together, simulated ones apart", () => {
  const run = (cores: number, simulated = false) => {
    const record = observedRecord({
      series: { "database.cpu": { database: cores } },
      window,
      record: { simulated },
    });
    return { ...record, claims: [...(findClaims(record) ?? [])] };
  };
  const all = claimsOverRuns([run(1), run(1.2), run(2), run(0.1, true)]);
  const cores = all.filter(({ id }) => id === "database-cores");
  expect(cores).toMatchObject([
    {
      simulated: false,
      runs: 3,
      measuredRuns: 3,
      measured: { median: 1.2, low: 1, high: 2 },
      published: [{ agree: 2 }],
    },
    { simulated: true, runs: 1, measured: { median: 0.1 } },
  ]);
  const text = formatClaims(all, "text", 200);
  expect(text).toContain("1.5 agrees in 2 of 3 runs (Coder, admin/scale (2023)");
  expect(text).toContain("simulated: these figures say nothing about Coder");
  expect(text).toMatch(/Not measured[^]*API requests to coderd: not seen: API requests/);
  expect(JSON.parse(formatClaims(all, "json"))).toHaveLength(all.length);
});
