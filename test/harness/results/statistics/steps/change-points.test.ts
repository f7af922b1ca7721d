import { expect, test } from "vitest";
import { plantedSeries, seeded } from "../../../../../bench/regression/planted-series.ts";
import { changePoints } from "../../../../../harness/results/statistics/steps/change-points.ts";
import type { NightFigure } from "../../../../../harness/results/statistics/steps/night-figure.ts";

const dayAt = (night: number): string => new Date(Date.UTC(2026, 0, 1 + night)).toISOString().slice(0, 10);

function nights(values: readonly number[], overrides: Partial<NightFigure> = {}): readonly NightFigure[] {
  return values.map((value, night) => ({
    day: dayAt(night),
    runId: `run-${night}`,
    value,
    fingerprint: "one",
    ...overrides,
  }));
}

function planted(seed: number, { step = 0.1, at = 30, after = 10, variation = 0.03 } = {}) {
  return plantedSeries(
    { noise: "normal", variation, nights: at + after, step: { at, share: step } },
    seeded(seed),
  );
}

test("a step is reported with its night, its size and how certain it is", () => {
  const figures = nights(planted(1, { step: 0.2 }).first).map((figure, night) => ({
    ...figure,
    coderVersion: night < 30 ? "2.30.4" : "2.31.0",
  }));
  const { changes, levels } = changePoints(figures);
  expect(changes).toHaveLength(1);
  const [change] = changes;
  expect(change).toMatchObject({
    day: dayAt(30),
    runId: "run-30",
    status: "confirmed",
    versions: { before: "2.30.4", after: "2.31.0" },
  });
  expect(change!.magnitude).toBeGreaterThan(0.15);
  expect(change!.magnitude).toBeLessThan(0.25);
  expect(change!.confidence).toBeGreaterThan(0.9999);
  expect(levels.map(({ began, figures: count }) => [began, count])).toEqual([
    ["first", 30],
    ["change", 10],
  ]);
});

test("the judgement of a night never depends on later nights", () => {
  const all = nights(planted(2).first);
  const { confirmedOn, suspectedOn } = changePoints(all).changes[0]!;
  const before = all.filter(({ day }) => day < confirmedOn!);
  expect(changePoints(before).changes).toMatchObject([{ status: "suspected", suspectedOn }]);
  expect(changePoints(all.filter(({ day }) => day < suspectedOn)).changes).toEqual([]);
});

test("however large a step is, the night that raised the suspicion does not confirm it, nor one night more", () => {
  for (let seed = 0; seed < 6; seed++) {
    const [change] = changePoints(nights(planted(seed, { step: 0.4 }).first)).changes;
    expect(change).toMatchObject({ status: "confirmed" });
    const nightsBetween = Date.parse(change!.confirmedOn!) - Date.parse(change!.suspectedOn);
    expect(nightsBetween).toBeGreaterThanOrEqual(2 * 24 * 3_600_000);
  }
});

test("a suspected night that is measured again is confirmed by that, and not by what raised it", () => {
  const { first, again } = planted(3, { variation: 0.035 });
  const { confirmedOn, suspectedOn } = changePoints(nights(first)).changes[0]!;
  expect(confirmedOn! > suspectedOn).toBe(true);
  const figures = nights(first).filter(({ day }) => day <= suspectedOn);
  const night = figures.length - 1;
  const reruns = again
    .slice(night, night + 4)
    .map((value, index) => ({ ...figures.at(-1)!, runId: `rerun-${index}`, value }));
  expect(changePoints([...figures, ...reruns]).changes).toMatchObject([
    { status: "confirmed", suspectedOn, confirmedOn: suspectedOn },
  ]);
  const disagreeing = reruns.map((rerun) => ({ ...rerun, value: 100 }));
  expect(changePoints([...figures, ...disagreeing]).changes.map(({ status }) => status)).not.toContain(
    "confirmed",
  );
});

test.each([
  "normal",
  "log-normal",
  "skewed",
  "heavy-tailed",
  "outliers",
  "autocorrelated",
  "strongly autocorrelated",
  "weekly",
] as const)("flat series with %s noise raise no alarm", (noise) => {
  for (let seed = 100; seed < 115; seed++) {
    const { first } = plantedSeries({ noise, variation: 0.035, nights: 60 }, seeded(seed));
    const alarms = changePoints(nights(first)).changes.filter(({ status }) => status === "confirmed");
    expect(alarms).toEqual([]);
  }
});

test("a step of 10 % is reported within seven nights, four times out of five", () => {
  const found = Array.from({ length: 30 }, (_, seed) => {
    const { first } = planted(500 + seed, { variation: 0.035, after: 7 });
    return changePoints(nights(first)).changes.some(({ magnitude }) => magnitude > 0);
  });
  expect(found.filter(Boolean).length).toBeGreaterThanOrEqual(24);
});

test("another fingerprint begins a new series, which has too little history", () => {
  const { first } = planted(4);
  const figures = nights(first).map((figure, night) =>
    night < 30 ? figure : { ...figure, fingerprint: "other" },
  );
  const { changes, levels, history, detectable } = changePoints(figures);
  expect(changes).toEqual([]);
  expect(levels.map(({ began }) => began)).toEqual(["first", "fingerprint"]);
  expect(history).toEqual({ figures: 10, needed: 14, isEnough: false });
  expect(detectable).toBeUndefined();
});

test("a reset begins a new series on its day", () => {
  const { changes, levels } = changePoints(nights(planted(5).first), [dayAt(30)]);
  expect(changes).toEqual([]);
  expect(levels.map(({ began, from }) => [began, from])).toEqual([
    ["first", dayAt(0)],
    ["reset", dayAt(30)],
  ]);
});

test("a count that never varied ignores one odd night, and reports a lasting fall", () => {
  const held = Array.from({ length: 40 }, () => 1000);
  expect(changePoints(nights(held)).changes).toEqual([]);
  expect(changePoints(nights(held.with(35, 400))).changes).toEqual([]);
  const fallen = held.map((value, night) => (night < 30 ? value : value * 0.8));
  expect(changePoints(nights(fallen)).changes).toMatchObject([{ day: dayAt(30), status: "confirmed" }]);
});

test("a night of zero is a total failure, and in no level", () => {
  const { first } = planted(6);
  const { history, totalFailures } = changePoints(nights(first.slice(0, 20).with(7, 0)));
  expect(history.figures).toBe(19);
  expect(totalFailures).toMatchObject([{ day: dayAt(7), nights: 1, until: dayAt(8) }]);
});

test("a new series ends a total failure that stood", () => {
  const figures = nights(Array.from({ length: 20 }, (_, night) => (night < 15 ? 100 : 0)));
  expect(changePoints(figures).totalFailures[0]).not.toHaveProperty("until");
  expect(changePoints(figures, [dayAt(18)]).totalFailures).toMatchObject([
    { until: dayAt(18) },
    { day: dayAt(18) },
  ]);
});

test("the more the nights vary, the larger the step has to be that could be seen", () => {
  const seen = [0.03, 0.06, 0.12].map((variation) => {
    const { first } = plantedSeries({ noise: "normal", variation, nights: 30 }, seeded(8));
    return changePoints(nights(first)).detectable!;
  });
  expect(seen.map(({ step }) => step)).toEqual(seen.map(({ step }) => step).toSorted((a, b) => a - b));
  expect(seen[0]!.step).toBeLessThan(0.1);
  expect(seen[2]!.step).toBeGreaterThan(0.15);
});
