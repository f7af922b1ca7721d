import jstat from "jstat";
import { valuesPerIndependentOne } from "./effective-size.ts";
import { CHANGE_RULES } from "./rules.ts";

/** A shift of level between two stretches of logarithms. */
export interface Shift {
  readonly before: number;
  readonly after: number;
  /** Deviation within the stretches. */
  readonly deviation: number;
  /** Sum of the values' distances to the median of their stretch. */
  readonly distance: number;
  /** Student's t of the difference, and its two-sided p. */
  readonly t: number;
  readonly p: number;
}

/** A night further away than this many robust deviations counts as this far away. */
const CLIP = 2.5;

/** Converts a median absolute deviation to a standard deviation of normal values. */
const NORMAL_DEVIATIONS = 1.4826;

/**
 * Compares two stretches by Student's t, with each value clipped towards the median of its stretch (Huber, 1964). If
 * nights resemble the night before, the means are as uncertain as those of correspondingly fewer independent nights.
 */
export function shiftBetween(before: readonly number[], after: readonly number[]): Shift {
  const freedom = before.length + after.length - 2;
  const [from, to] = [jstat.jStat.median(before), jstat.jStat.median(after)];
  const distances = [
    ...before.map((value) => Math.abs(value - from)),
    ...after.map((value) => Math.abs(value - to)),
  ];
  const spread = NORMAL_DEVIATIONS * jstat.jStat.median(distances) * Math.sqrt((freedom + 2) / freedom);
  const reach = CLIP * Math.max(spread, CHANGE_RULES.leastDeviation);
  const [a, b] = [
    before.map((value) => clip(value, from, reach)),
    after.map((value) => clip(value, to, reach)),
  ];
  const [meanBefore, meanAfter] = [jstat.jStat.mean(a), jstat.jStat.mean(b)];
  const deviation = Math.max(
    CHANGE_RULES.leastDeviation,
    Math.sqrt((squares(a, meanBefore) + squares(b, meanAfter)) / freedom),
  );
  const perOne = valuesPerIndependentOne([a, b]);
  const t = (meanAfter - meanBefore) / (deviation * Math.sqrt(perOne * (1 / a.length + 1 / b.length)));
  return {
    before: meanBefore,
    after: meanAfter,
    deviation,
    distance: distances.reduce((sum, each) => sum + each, 0),
    t,
    p: 2 * jstat.jStat.studentt.cdf(-Math.abs(t), freedom),
  };
}

function clip(value: number, middle: number, reach: number): number {
  return Math.min(middle + reach, Math.max(middle - reach, value));
}

function squares(values: readonly number[], mean: number): number {
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
