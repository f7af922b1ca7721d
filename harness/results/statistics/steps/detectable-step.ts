import jstat from "jstat";
import { valuesPerIndependentOne } from "./effective-size.ts";
import { CHANGE_RULES } from "./rules.ts";

/** The smallest step that would be detected in a series. */
export interface DetectableStep {
  /** Relative standard deviation from night to night. */
  readonly variation: number;
  /** Nights after the step. */
  readonly within: number;
  /** The smallest step suspected within these nights, four times out of five: 0.1 = 10 %. */
  readonly step: number;
}

const WITHIN_NIGHTS = 7;
const POWER = 0.8;

/** Returns the smallest detectable step, from the variation of the logarithms of one level. */
export function detectableStep(values: readonly number[]): DetectableStep {
  const { window, suspectedBelow, leastMagnitude, leastDeviation } = CHANGE_RULES;
  const seen = values.slice(-window);
  const middle = jstat.jStat.median(seen);
  // Robust, like the search: half of the values lie within 0.6745 deviations.
  const deviation = jstat.jStat.median(seen.map((value) => Math.abs(value - middle))) / 0.6745;
  const freedom = seen.length + WITHIN_NIGHTS - 2;
  const needed = -jstat.jStat.studentt.inv(suspectedBelow / 2, freedom) + jstat.jStat.normal.inv(POWER, 0, 1);
  const variance = valuesPerIndependentOne([seen]) * (1 / seen.length + 1 / WITHIN_NIGHTS);
  const shift = needed * Math.max(deviation, leastDeviation) * Math.sqrt(variance);
  return {
    variation: Math.expm1(deviation),
    within: WITHIN_NIGHTS,
    step: Math.max(leastMagnitude, Math.expm1(shift)),
  };
}
