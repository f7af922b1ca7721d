import { expect, test } from "vitest";
import { normal, plantedSeries, seeded } from "../../../../../bench/regression/planted-series.ts";
import { changePoints } from "../../../../../harness/results/statistics/steps/change-points.ts";
import { valuesPerIndependentOne } from "../../../../../harness/results/statistics/steps/effective-size.ts";

function dependent(share: number, count: number, seed: number): readonly number[] {
  const random = seeded(seed);
  let last = normal(random);
  return Array.from({ length: count }, () => {
    last = share * last + Math.sqrt(1 - share ** 2) * normal(random);
    return last;
  });
}

test.each([0, 0.2, 0.4, 0.6, 0.8])("a lag-1 autocorrelation of %d is worth (1 + r) / (1 - r)", (share) => {
  const perOne = valuesPerIndependentOne([dependent(share, 20_000, 3)]);
  expect(perOne / ((1 + share) / (1 - share))).toBeGreaterThan(0.9);
  expect(perOne / ((1 + share) / (1 - share))).toBeLessThan(1.1);
});

test("short stretches do not hide it: what a mean of the same values takes away is added again", () => {
  const of = (count: number) =>
    Array.from({ length: 400 }, (_, seed) => valuesPerIndependentOne([dependent(0.5, count, seed)]));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(of(25))).toBeGreaterThan(2.5);
});

test("values that alternate, or that never vary, are worth no more than independent ones", () => {
  expect(valuesPerIndependentOne([Array.from({ length: 40 }, (_, night) => night % 2)])).toBe(1);
  expect(valuesPerIndependentOne([Array.from({ length: 40 }, () => 7)])).toBe(1);
});

test("a year of flat nights that resemble the night before raises hardly an alarm", () => {
  const alarms = Array.from({ length: 20 }, (_, seed) => {
    const { first } = plantedSeries(
      { noise: "strongly autocorrelated", variation: 0.035, nights: 365 },
      seeded(9000 + seed),
    );
    const figures = first.map((value, night) => ({
      day: new Date(Date.UTC(2026, 0, 1 + night)).toISOString().slice(0, 10),
      runId: `${night}`,
      value,
      fingerprint: "one",
    }));
    return changePoints(figures).changes.some(({ status }) => status === "confirmed");
  });
  // Without an effective sample size it was more than half of them.
  expect(alarms.filter(Boolean).length).toBeLessThanOrEqual(2);
});
