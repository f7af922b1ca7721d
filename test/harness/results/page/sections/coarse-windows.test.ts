import { expect, test } from "vitest";
import { coarse } from "../../../../../harness/results/page/sections/coarse-windows.ts";
import { syntheticNights } from "../../../../support/results/synthetic-nights.ts";

const [night] = syntheticNights({ count: 1, planted: { 0: "generator-limited" } });
const WINDOWS = night!.measurements!.windows!;
/** Longer than a chart can show. */
const MANY = [0, 1, 2, 3].flatMap(() => WINDOWS);

test("a load that a chart can show is drawn window by window", () => {
  expect(coarse(WINDOWS)).toEqual(WINDOWS);
});

test("merged windows lose no peak, no count and no limited window", () => {
  const drawn = coarse(MANY);
  expect(drawn.length).toBeLessThanOrEqual(100);
  const sum = (windows: typeof MANY): number => windows.reduce((all, { commands }) => all + commands, 0);
  const latest = (windows: typeof MANY): number =>
    Math.max(...windows.map(({ generator }) => generator.slipP99Ms));
  expect(sum([...drawn])).toBe(sum(MANY));
  expect(latest([...drawn])).toBe(latest(MANY));
  expect(drawn.some(({ generator }) => generator.limited.length > 0)).toBe(true);
});
