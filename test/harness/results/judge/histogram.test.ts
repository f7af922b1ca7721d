import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { expect, test } from "vitest";
import {
  carries,
  combineHistograms,
  readHistogram,
  summarize,
} from "../../../../harness/results/judge/histogram.ts";
import { randomOf } from "../../../support/results/seeded-random.ts";
import { histogramOf, upTo } from "../sample-record.ts";

test.each([
  [50, 20],
  [90, 100],
  [95, 200],
  [99, 1000],
] as const)("p%i is carried from %i samples on, and not by one less", (percentile, count) => {
  expect(carries(count, percentile)).toBe(true);
  expect(carries(count - 1, percentile)).toBe(false);
});

test("a summary has the percentiles that its count carries and no others", () => {
  expect(summarize(histogramOf(upTo(1000)))).toEqual({
    count: 1000,
    percentilesUs: { 50: 500, 90: 900, 95: 950, 99: 990 },
    maxUs: 1000,
    atLeast: new Set(),
  });
  expect(summarize(histogramOf(upTo(150)))).toMatchObject({ percentilesUs: { 50: 75, 90: 135 }, maxUs: 150 });
  expect(summarize(histogramOf([7, 9]))).toEqual({
    count: 2,
    percentilesUs: {},
    maxUs: 9,
    atLeast: new Set(),
  });
  expect(summarize(histogramOf([]))).toEqual({ count: 0, percentilesUs: {}, atLeast: new Set() });
});

test("the merge of parts is what one worker would have recorded", () => {
  const samples = upTo(3000).map((i) => (i * 7919) % 1_000_003);
  const merged = combineHistograms([
    histogramOf(samples.slice(0, 700)),
    histogramOf(samples.slice(700, 1900)),
    histogramOf(samples.slice(1900)),
  ]);
  expect(merged.map(summarize)).toEqual([summarize(histogramOf(samples))]);
});

test("a percentile that falls among failed attempts is a lower bound, and so is the largest", () => {
  const samples = [...upTo(1000), ...upTo(100).map(() => 30_000_000)];
  const summary = summarize({ ...histogramOf(samples), failed: 100 });
  expect([...summary.atLeast]).toEqual([95, 99, "max"]);
  expect([...summarize({ ...histogramOf(samples), failed: 1 }).atLeast]).toEqual(["max"]);
});

test("samples above a value are counted", () => {
  const { above } = readHistogram(histogramOf(upTo(100)));
  expect([above(0), above(40), above(99), above(100)]).toEqual([100, 60, 1, 0]);
});

test("the failed attempts of merged histograms add up", () => {
  const parts = [{ ...histogramOf([1, 9]), failed: 1 }, histogramOf([2]), { ...histogramOf([9]), failed: 1 }];
  expect(combineHistograms(parts)).toMatchObject([{ count: 4, failed: 2 }]);
  expect(combineHistograms(parts.slice(1, 2))[0]).not.toHaveProperty("failed");
});

test("phases and bases are never merged with one another", () => {
  const merged = combineHistograms([
    histogramOf([1]),
    histogramOf([2], { basis: "raw" }),
    histogramOf([3], { phase: "build" }),
    histogramOf([4]),
  ]);
  expect(merged.map(({ phase, basis, count }) => [phase, basis, count])).toEqual([
    ["command", "intended", 2],
    ["command", "raw", 1],
    ["build", "intended", 1],
  ]);
});

test("a decoded histogram gives the library's own value at every percentile", () => {
  const random = randomOf("percentiles");
  for (const count of [1, 7, 1000]) {
    const { hdr } = histogramOf(Array.from({ length: count }, () => Math.round(10 ** (7 * random()) - 1)));
    const [ours, theirs] = [readHistogram({ hdr }), decodeFromCompressedBase64(hdr)];
    for (const percentile of [0, ...upTo(300).map((each) => each / 3), 99.9, 99.99])
      expect(ours.at(percentile), `${percentile}`).toBe(theirs.getValueAtPercentile(percentile));
    expect([ours.count, ours.maxUs]).toEqual([theirs.totalCount, theirs.maxValue]);
  }
});
