import type { ComparedFigure } from "../../model/record/comparison.ts";
import jstat from "jstat";

/** What is compared: one figure's values from loads made in turns. */
export interface PairedFigure {
  readonly metric: string;
  readonly description: string;
  readonly pairs: ComparedFigure["pairs"];
}

/** Of all figures together: so seldom may equal versions be told to be different. */
export const COMPARISON_CONFIDENCE = 0.99;

/** With fewer pairs than this their own variation is not known well enough to say anything. */
export const LEAST_PAIRS = 4;

/**
 * Compares two versions by the logarithm of each pair's ratio: what slows both loads of a pair cancels. Each figure's
 * interval is Student's, by Bonferroni at a confidence that holds for all figures together. Where more loads of one version
 * have no such figure, that is the conclusion: the loads that remain are the lucky ones.
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

/** What a difference costs to see. */
export interface PairsWish {
  /** Deviation of one load's figure, relative: a median of many samples varies less than each of them. */
  readonly noise: number;
  /** 0.05 = 5 %. */
  readonly difference: number;
  /** How often it is to be seen. @default 0.9 */
  readonly power?: number;
  /** Compared at once. @default 1 */
  readonly figures?: number;
  readonly confidence?: number;
}

/** The fewest pairs by which such a difference is seen, by Student's t of independent loads. */
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

/** The noise of one load's figure, as the pairs show it: of a pilot, to say how many pairs are needed. */
export function noiseOfPairs(pairs: ComparedFigure["pairs"]): number {
  const ratios = logRatios(pairs);
  return (errorOf(ratios) * Math.sqrt(ratios.length)) / Math.SQRT2;
}

/** A figure of zero is total failure, as is one that is missing. */
function isMissing(value: number | null): boolean {
  return value === null || !(value > 0);
}

function byFailures(pairs: ComparedFigure["pairs"]): "worse-by-failures" | "better-by-failures" | undefined {
  const baseline = pairs.filter((pair) => isMissing(pair.baseline)).length;
  const candidate = pairs.filter((pair) => isMissing(pair.candidate)).length;
  if (baseline === candidate) return undefined;
  return candidate > baseline ? "worse-by-failures" : "better-by-failures";
}

/** Of the pairs in which neither load failed: both versions failed equally often in the others. */
function logRatios(pairs: ComparedFigure["pairs"]): readonly number[] {
  return pairs.flatMap(({ baseline, candidate }) =>
    baseline === null || candidate === null || isMissing(baseline) || isMissing(candidate)
      ? []
      : [Math.log(candidate / baseline)],
  );
}

/** Equal ratios to the last digit are a count that does not vary: a difference below a tenth of a percent is none. */
const LEAST_ERROR = 0.001;

function errorOf(ratios: readonly number[]): number {
  return Math.max(LEAST_ERROR, jstat.jStat.stdev(ratios, true) / Math.sqrt(ratios.length));
}

function quantile(probability: number, freedom: number): number {
  return jstat.jStat.studentt.inv(probability, freedom);
}
