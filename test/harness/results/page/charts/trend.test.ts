import { expect, test } from "vitest";
import type { TrendMark } from "../../../../../harness/results/page/charts/trend-marks.ts";
import { type TrendPoint, trendChart } from "../../../../../harness/results/page/charts/trend.ts";

const SIZE = { width: 360, height: 220 };
const night = (day: number, overrides: Partial<TrendPoint> = {}): TrendPoint => ({
  day: `2026-11-${`${day}`.padStart(2, "0")}`,
  value: 100 + day,
  isClean: true,
  isMeasured: true,
  version: "2.31.0",
  series: 0,
  ...overrides,
});
const drawn = (points: readonly TrendPoint[], marks: readonly TrendMark[] = []): string =>
  trendChart(points, { valueText: String, versions: ["2.30.4", "2.31.0"], marks }, SIZE, {
    id: "t",
    title: "t",
    description: "d",
  }).text;

const newSeries = (day: number): TrendMark => ({ kind: "series", day: night(day).day, label: "new series" });
const step = (day: number, overrides: Partial<Extract<TrendMark, { kind: "step" }>> = {}): TrendMark => ({
  kind: "step",
  day: night(day).day,
  label: `+ 1${day}.0 %`,
  isWorse: true,
  isConfirmed: true,
  ...overrides,
});
/** Returns the positions of a drawing's vertical lines of this colour. */
const linesIn = (svg: string, colour: string): readonly string[] =>
  [...svg.matchAll(/<path d="M([\d.]+) [\d.]+L\1 [^"]*"[^>]*>/g)]
    .map(([path]) => path)
    .filter((path) => path.includes(`stroke="var(--${colour})"`));
const labelsIn = (svg: string): readonly { text: string; x: number; y: number; anchor: string }[] =>
  [...svg.matchAll(/<text[^>]*?>[^<]*(?:%\??|series|reset)<\/text>/g)].map(([text]) => ({
    text: />([^<]*)</.exec(text)![1]!,
    x: Number(/(?:translate\(| x=")([\d.]+)/.exec(text)![1]),
    y: Number(/(?:translate\([\d.]+ | y=")([\d.]+)/.exec(text)![1]),
    anchor: /text-anchor="(\w+)"/.exec(text)?.[1] ?? "start",
  }));

test("another platform breaks the line and is named a new series", () => {
  const one = drawn([night(1), night(2), night(3), night(4)]);
  const two = drawn([night(1), night(2), night(3, { series: 1 }), night(4, { series: 1 })], [newSeries(3)]);
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

test("a step is a line at its night: red for the worse, green for the better, dashed while it is suspected", () => {
  const nights = [1, 2, 3, 4, 5, 6].map((day) => night(day));
  const worse = drawn(nights, [step(3)]);
  expect(linesIn(worse, "bad")).toHaveLength(1);
  expect(linesIn(worse, "bad")[0]).not.toContain("dasharray");
  expect(worse).toContain(">+ 13.0 %<");
  expect(linesIn(drawn(nights, [step(3, { isWorse: false })]), "good")).toHaveLength(1);
  expect(linesIn(drawn(nights, [step(3, { isConfirmed: false })]), "bad")[0]).toContain("dasharray");
  expect(linesIn(drawn(nights), "bad")).toHaveLength(0);
});

test("labels of close marks are stacked, and none leaves the picture", () => {
  const nights = Array.from({ length: 28 }, (_, index) => night(index + 1));
  const labels = labelsIn(
    drawn(nights, [newSeries(1), step(2), newSeries(3), step(27), step(28, { label: "+ 1234.5 %?" })]),
  );
  expect(labels).toHaveLength(5);
  const boxes = labels.map(({ text, x, y, anchor }) => {
    const length = text.length * 5.5;
    const left = x - length * ({ start: 0, middle: 0.5, end: 1 }[anchor] ?? 0);
    return { text, y, left, right: left + length };
  });
  for (const [index, one] of boxes.entries()) {
    expect(one.left, one.text).toBeGreaterThanOrEqual(0);
    expect(one.right, one.text).toBeLessThanOrEqual(SIZE.width);
    expect(one.y, one.text).toBeGreaterThan(0);
    for (const other of boxes.slice(index + 1)) {
      const isApart = one.right <= other.left || other.right <= one.left || Math.abs(one.y - other.y) >= 11;
      expect(isApart, `${one.text} and ${other.text}`).toBe(true);
    }
  }
});

test("two drawings of the same nights are the same bytes", () => {
  const marks = [step(1), newSeries(2)];
  expect(drawn([night(1), night(2)], marks)).toBe(drawn([night(1), night(2)], marks));
});
