import { expect, test } from "vitest";
import { type TrendPoint, trendChart } from "../../../../../harness/results/page/charts/trend.ts";

const SIZE = { width: 560, height: 240 };
const night = (day: number, overrides: Partial<TrendPoint> = {}): TrendPoint => ({
  day: `2026-11-${`${day}`.padStart(2, "0")}`,
  value: 100 + day,
  isClean: true,
  version: "2.31.0",
  series: 0,
  ...overrides,
});
const drawn = (points: readonly TrendPoint[]): string =>
  trendChart(points, { valueText: String, versions: ["2.30.4", "2.31.0"] }, SIZE, {
    id: "t",
    title: "t",
    description: "d",
  }).text;

test("another platform breaks the line and is named a new series", () => {
  const one = drawn([night(1), night(2), night(3), night(4)]);
  const two = drawn([night(1), night(2), night(3, { series: 1 }), night(4, { series: 1 })]);
  const lines = (svg: string): number =>
    [...svg.matchAll(/stroke="var\(--muted\)"[^>]*stroke-opacity/g)].length;
  expect(one).not.toContain("new series");
  expect(two).toContain("new series");
  expect(lines(two)).toBe(lines(one) + 1);
});

test("a night that was not clean is hollow, and one without the figure a cross at the foot", () => {
  const svg = drawn([night(1), night(2, { isClean: false }), night(3, { value: undefined })]);
  expect(svg.match(/fill="var\(--page\)"/g)).toHaveLength(1);
  expect(svg.match(/stroke="var\(--bad\)"/g)).toHaveLength(1);
});

test("one night alone is drawn", () => {
  expect(drawn([night(22)])).not.toMatch(/NaN|Infinity/);
});

test("two drawings of the same nights are the same bytes", () => {
  expect(drawn([night(1), night(2)])).toBe(drawn([night(1), night(2)]));
});
