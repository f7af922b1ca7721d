import { expect, test } from "vitest";
import {
  percentileLine,
  percentilePlot,
} from "../../../../../harness/results/page/charts/percentile-plot.ts";
import { histogramOf, upTo } from "../../sample-record.ts";

test.each([
  [20, 50],
  [100, 90],
  [1000, 99],
  [10_000, 99.9],
])("a line of %d samples ends at the percentile %d, the last that they carry", (count, last) => {
  const line = percentileLine(histogramOf(upTo(count)));
  expect(line[0]!.percentile).toBe(0);
  expect(line.at(-1)!.percentile).toBeCloseTo(last, 9);
  expect(line.at(-1)!.us).toBeLessThan(count);
});

test("a phase with too few samples for any percentile has no plot", () => {
  expect(percentileLine(histogramOf(upTo(19)))).toEqual([]);
  expect(percentilePlot({ phase: "command", intended: histogramOf(upTo(19)) }, "x")).toBeUndefined();
});

test("a plot describes in words what it shows, from both starts", () => {
  const samples = upTo(1000).map((i) => i * 1000);
  const plot = percentilePlot(
    { phase: "command", intended: histogramOf(samples), raw: histogramOf(samples, { basis: "raw" }) },
    "x",
  );
  expect(plot!.text).toContain('role="img" aria-labelledby="x-title x-desc"');
  expect(plot!.text).toMatch(
    /<desc id="x-desc">From the intended start, 1,000 samples: p50 500 ms, .*From the raw start/,
  );
});

test("steps that took no time are drawn, on the axis's foot", () => {
  const plot = percentilePlot({ phase: "command", intended: histogramOf(upTo(50).map(() => 0)) }, "x");
  expect(plot!.text).not.toMatch(/NaN|Infinity/);
});
