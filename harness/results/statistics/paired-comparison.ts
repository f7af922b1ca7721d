import type { ComparedFigure } from "../../model/record/comparison.ts";
import jstat from "jstat";

/** One figure to compare, with its values from pairs of loads. */
export interface PairedFigure {
  readonly metric: string;
  readonly description: string;
  readonly pairs: ComparedFigure["pairs"];
}

/** Confidence for all figures together: equal versions are reported as different in 1 % of comparisons. */
export const COMPARISON_CONFIDENCE = 0.99;

/** With fewer pairs their variation is not known well enough for a conclusion. */
export const LEAST_PAIRS = 4;

/**
 * Compares two versions by the logarithm of each pair's ratio, so that whatever slows both loads of a pair cancels.
 * Each figure has Student's interval, with Bonferroni's correction so that the confidence holds for all figures
 * together. If one version has more loads without the figure, that is the conclusion, because the remaining loads
 * would be a favourable selection.
 */
export function comparePairs(
  figures: readonly PairedFigure[],
  confidence = COMPARISON_CONFIDENCE,
): readonly ComparedFigure[] {
  const each = 1 - (1 - confidence) / Math.max(1, figures.length);
  return figures.map(({ metric, description, pairs }) => {
    const uneven = byFailures(pairs);
    if (uneven !== undefined) return { metric, description, pairs, confidence: each, conclusion: uneven };
    const ratios = logRatios(pairs);
    if (ratios.length < LEAST_PAIRS) {
      return { metric, description, pairs, confidence: each, conclusion: "too-few-pairs" };
    }
    const mean = jstat.jStat.mean(ratios);
    const reach = quantile(1 - (1 - each) / 2, ratios.length - 1) * errorOf(ratios);
    const interval: [number, number] = [Math.expm1(mean - reach), Math.expm1(mean + reach)];
    const isDifferent = interval[0] > 0 || interval[1] < 0;
    return {
      metric,
      description,
      pairs,
      difference: Math.expm1(mean),
      interval,
      confidence: each,
      conclusion: isDifferent ? "different" : "no-difference-seen",
    };
  });
}

/** The input for the number of pairs. */
export interface PairsWish {
  /** Relative standard deviation of one load's figure. A median of many samples varies less than each sample. */
  readonly noise: number;
  /** 0.05 = 5 %. */
  readonly difference: number;
  /** Probability of detecting the difference. @default 0.9 */
  readonly power?: number;
  /** Number of figures compared at once. @default 1 */
  readonly figures?: number;
  readonly confidence?: number;
}

/** Returns the smallest number of pairs that detects such a difference, by Student's t of independent loads. */
export function pairsNeeded({
  noise,
  difference,
  power = 0.9,
  figures = 1,
  confidence = COMPARISON_CONFIDENCE,
}: PairsWish): number {
  const tail = (1 - confidence) / figures / 2;
  const shift = Math.log1p(difference) / (noise * Math.SQRT2);
  for (let pairs = LEAST_PAIRS; ; pairs++) {
    const needed = quantile(1 - tail, pairs - 1) + quantile(power, pairs - 1);
    if (shift * Math.sqrt(pairs) >= needed || pairs === MOST_PAIRS) return pairs;
  }
}

const MOST_PAIRS = 100_000;

/** Estimates the noise of one load's figure from the pairs of a pilot, as input for `pairsNeeded`. */
export function noiseOfPairs(pairs: ComparedFigure["pairs"]): number {
  const ratios = logRatios(pairs);
  return (errorOf(ratios) * Math.sqrt(ratios.length)) / Math.SQRT2;
}

/** Whether a figure is missing; zero is a total failure and counts as missing. */
function isMissing(value: number | null): boolean {
  return value === null || !(value > 0);
}

function byFailures(pairs: ComparedFigure["pairs"]): "worse-by-failures" | "better-by-failures" | undefined {
  const baseline = pairs.filter((pair) => isMissing(pair.baseline)).length;
  const candidate = pairs.filter((pair) => isMissing(pair.candidate)).length;
  if (baseline === candidate) return undefined;
  return candidate > baseline ? "worse-by-failures" : "better-by-failures";
}

/** Uses only pairs in which neither load failed. Both versions failed equally often in the others. */
function logRatios(pairs: ComparedFigure["pairs"]): readonly number[] {
  return pairs.flatMap(({ baseline, candidate }) =>
    baseline === null || candidate === null || isMissing(baseline) || isMissing(candidate)
      ? []
      : [Math.log(candidate / baseline)],
  );
}

/** Smallest standard error. Ratios equal to the last digit are constant counts: less than 0.1 % is not a difference. */
const LEAST_ERROR = 0.001;

function errorOf(ratios: readonly number[]): number {
  return Math.max(LEAST_ERROR, jstat.jStat.stdev(ratios, true) / Math.sqrt(ratios.length));
}

function quantile(probability: number, freedom: number): number {
  return jstat.jStat.studentt.inv(probability, freedom);
}
