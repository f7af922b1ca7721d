import { rankSumP } from "./rank-sum.ts";
import { CHANGE_RULES } from "./rules.ts";
import { type Shift, shiftBetween } from "./shift.ts";

/** A step in a series of logarithms. */
export interface Step extends Shift {
  /** Index of the first value after it. */
  readonly at: number;
}

/**
 * Finds the likeliest step in a series of unknown level and variation: the largest Student's t over all possible places
 * (Hawkins, Qiu and Kang, "The changepoint model for statistical process control", 2003). The ranks must agree (Hawkins
 * and Deng, "A nonparametric change-point control chart", 2010), so that neither skewed noise nor a few outliers are a
 * step. Undefined if no step is likely enough.
 */
export function findStep(values: readonly number[]): Step | undefined {
  const { window, leastBefore, leastAfter, mostAfter, leastMagnitude } = CHANGE_RULES;
  const { suspectedBelow, suspectedBelowByRank } = CHANGE_RULES;
  const skipped = Math.max(0, values.length - window);
  const seen = values.slice(skipped);
  const plainT = plainTOf(seen);
  const earliest = Math.max(leastBefore, seen.length - mostAfter);
  const shifts = placesBetween(earliest, seen.length - leastAfter)
    .filter((at) => Math.abs(plainT(at)) >= WORTH_A_LOOK)
    .map((at) => shiftAt(seen, at))
    .filter(({ before, after }) => Math.abs(after - before) >= Math.log1p(leastMagnitude))
    .filter(({ p, at }) => p < suspectedBelow && rankAt(seen, at) < suspectedBelowByRank);
  if (shifts.length === 0) return undefined;
  // Clipping hides a value on the wrong side: t decides whether there is a step, the distances where.
  const [closest] = placesBetween(earliest, seen.length - 1)
    .map((at) => shiftAt(seen, at))
    .toSorted((one, other) => one.distance - other.distance);
  return closest && { ...closest, at: closest.at + skipped, p: Math.min(...shifts.map(({ p }) => p)) };
}

function placesBetween(first: number, last: number): readonly number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

function shiftAt(values: readonly number[], at: number): Step {
  return { ...shiftBetween(values.slice(0, at), values.slice(at)), at };
}

function rankAt(values: readonly number[], at: number): number {
  return rankSumP(values.slice(0, at), values.slice(at));
}

/** Below this t, clipping cannot make a step likely. Most places are excluded by this quick test. */
const WORTH_A_LOOK = 1.5;

/** Returns Student's t at a place without clipping, from running sums. */
function plainTOf(values: readonly number[]): (at: number) => number {
  const sums = [0];
  let squares = 0;
  for (const value of values) {
    sums.push((sums.at(-1) ?? 0) + value);
    squares += value ** 2;
  }
  const total = sums.at(-1) ?? 0;
  return (at) => {
    const rest = values.length - at;
    const sum = sums[at] ?? 0;
    const [before, after] = [sum / at, (total - sum) / rest];
    const variance = (squares - at * before ** 2 - rest * after ** 2) / (values.length - 2);
    return (after - before) / Math.sqrt(Math.max(variance, Number.EPSILON) * (1 / at + 1 / rest));
  };
}
