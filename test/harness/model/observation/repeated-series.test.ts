import { expect, test } from "vitest";
import { joinObservations } from "../../../../harness/model/observation/join-observations.ts";
import type { Observation, ObservedSeries } from "../../../../harness/model/observation/observation.ts";

function observed(everyMs: number, samples: number, series: readonly ObservedSeries[]): Observation {
  return {
    ...{ startedAtMs: 0, everyMs, samples, series: [...series], unseen: [] },
    cost: { cpuSeconds: 0, maxRssMib: 0, questions: 0, bytes: 0, meanMs: 0, maxMs: 0 },
  };
}

test("where SQL and the cloud measured the same, SQL's values are kept, unless it has none", () => {
  const bySql = observed(30_000, 3, [
    { name: "database.connections", of: "database", values: [4, 5, 6] },
    { name: "database.cpu", of: "database", values: [null, null, null] },
  ]);
  const byCloud = observed(60_000, 2, [
    { name: "database.connections", of: "database", values: [9, 9] },
    { name: "database.cpu", of: "database", values: [1, 2] },
  ]);
  const series = joinObservations([bySql, byCloud])?.series;
  expect(series?.map(({ name }) => name)).toEqual(["database.connections", "database.cpu"]);
  expect(series?.[0]?.values).toEqual([4, 5, 6]);
  expect(series?.[1]?.values.at(-1)).toBe(2);
});

test("a value goes to the sample of the first observation that is nearest to its moment", () => {
  const grid = { ...observed(5_000, 4, []), startedAtMs: 100_000 };
  const own = {
    ...observed(5_000, 3, [{ name: "node.cpu", of: "n", values: [1, 2, 3] }]),
    startedAtMs: 106_000,
  } as const;
  expect(joinObservations([grid, own])?.series[0]?.values).toEqual([null, 1, 2, 3]);
  expect(joinObservations([grid, { ...own, startedAtMs: 96_000 }])?.series[0]?.values).toEqual([
    2,
    3,
    null,
    null,
  ]);
});
