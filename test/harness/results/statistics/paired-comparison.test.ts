import { expect, test } from "vitest";
import { normal, seeded } from "../../../../bench/regression/planted-series.ts";
import { comparison, type ComparedFigure } from "../../../../harness/model/record/comparison.ts";
import {
  comparePairs,
  noiseOfPairs,
  pairsNeeded,
} from "../../../../harness/results/statistics/paired-comparison.ts";

/** Pairs of loads whose level drifts, each with separate noise. */
function pairsOf(
  seed: number,
  { count = 30, difference = 0, noise = 0.1, drift = 0 } = {},
): ComparedFigure["pairs"] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, index) => {
    const level = 100 * (1 + drift * index);
    const draw = (): number => level * Math.exp(noise * normal(random));
    return { baseline: draw(), candidate: draw() * (1 + difference) };
  });
}

const figure = (pairs: ReturnType<typeof pairsOf>) => ({ metric: "m", description: "a figure", pairs });

test("so many pairs as are asked for show the difference, nine times out of ten", () => {
  const wish = { noise: 0.1, difference: 0.05 };
  const count = pairsNeeded(wish);
  const shown = Array.from({ length: 100 }, (_, seed) =>
    comparePairs([figure(pairsOf(seed, { count, ...wish }))]),
  ).filter(([one]) => one!.conclusion === "different");
  expect(shown.length).toBeGreaterThanOrEqual(84);
  for (const [one] of shown) expect(one!.difference).toBeGreaterThan(0);
});

test("equal versions are reported as equal, 95 times out of 100 over several figures at once", () => {
  const equal = Array.from({ length: 100 }, (_, seed) =>
    comparePairs([1, 2, 3, 4, 5].map((each) => figure(pairsOf(1000 * each + seed)))),
  ).filter((figures) => figures.every(({ conclusion }) => conclusion === "no-difference-seen"));
  expect(equal.length).toBeGreaterThanOrEqual(95);
});

test("a drift during the comparison cancels within each pair", () => {
  const pairs = pairsOf(1, { count: 12, difference: 0.05, noise: 0.01, drift: 0.05 });
  const [one] = comparePairs([figure(pairs)]);
  expect(one!.conclusion).toBe("different");
  expect(one!.difference).toBeCloseTo(0.05, 1);
  expect(one!.interval![0]).toBeLessThan(one!.difference!);
  expect(one!.interval![1]).toBeGreaterThan(one!.difference!);
});

test("more figures at once make each interval wider", () => {
  const widths = [1, 5].map((figures) => {
    const [one] = comparePairs(Array.from({ length: figures }, () => figure(pairsOf(3))));
    return one!.interval![1] - one!.interval![0];
  });
  expect(widths[1]).toBeGreaterThan(widths[0]!);
});

test("too few pairs lead to no conclusion", () => {
  const pairs = pairsOf(4, { count: 4 });
  expect(comparePairs([figure(pairs)])[0]!.conclusion).toBe("no-difference-seen");
  const [few] = comparePairs([figure(pairs.slice(1))]);
  expect(few).toMatchObject({ conclusion: "too-few-pairs" });
  expect(few).not.toHaveProperty("difference");
});

test("a load without the figure, or with zero, counts against its version and is never left out in silence", () => {
  const pairs = pairsOf(4, { count: 12 });
  for (const failed of [0, null]) {
    const worse = pairs.map((pair, index) => (index < 2 ? { ...pair, candidate: failed } : pair));
    const [one] = comparePairs([figure(worse)]);
    expect(one).toMatchObject({ conclusion: "worse-by-failures", pairs: worse });
    // The remaining pairs would be only the lucky ones.
    expect(one).not.toHaveProperty("interval");
    const better = pairs.with(5, { baseline: failed, candidate: 5 });
    expect(comparePairs([figure(better)])[0]!.conclusion).toBe("better-by-failures");
    const alike = better.with(7, { baseline: 5, candidate: failed });
    expect(comparePairs([figure(alike)])[0]!.conclusion).toBe("no-difference-seen");
  }
});

test("six figures at 10 % noise take some 170 pairs for 5 %", () => {
  expect(pairsNeeded({ noise: 0.1, difference: 0.05, figures: 6 })).toBe(169);
});

test("counts that never vary are equal", () => {
  const pairs = Array.from({ length: 6 }, () => ({ baseline: 1000, candidate: 1000 }));
  expect(comparePairs([figure(pairs)])[0]).toMatchObject({ conclusion: "no-difference-seen", difference: 0 });
});

test("a pilot's noise determines the number of pairs: more for more noise, fewer for a larger difference", () => {
  expect(noiseOfPairs(pairsOf(5, { count: 400, noise: 0.1 }))).toBeCloseTo(0.1, 1);
  const of = (noise: number, difference: number) => pairsNeeded({ noise, difference });
  expect(of(0.1, 0.05)).toBeGreaterThan(110);
  expect(of(0.1, 0.05)).toBeLessThan(140);
  expect(of(0.03, 0.05)).toBeLessThan(20);
  expect(of(0.1, 0.1)).toBeLessThan(of(0.1, 0.05));
});

test("the compared figures are those that a record holds", () => {
  const result = {
    baseline: { asked: "stable", version: "2.30.1" },
    candidate: { asked: "mainline", version: "2.31.0" },
    order: ["b", "c"],
    figures: comparePairs([figure(pairsOf(6))]),
  };
  expect(comparison.parse(result)).toEqual(result);
});
