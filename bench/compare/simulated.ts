import {
  comparePairs,
  COMPARISON_CONFIDENCE,
  pairsNeeded,
} from "../../harness/results/statistics/paired-comparison.ts";
import { normal, type Random, seeded } from "../regression/planted-series.ts";

/** The results of tries with one noise of a load's figure and one number of figures. */
export interface Simulated {
  /** The relative variation of one load's figure. */
  readonly noise: number;
  readonly figures: number;
  readonly pairs: number;
  readonly tries: number;
  /** Tries in which equal versions were reported as equal in every figure. */
  readonly equal: number;
  /** Tries in which the planted difference was reported with the right sign. */
  readonly found: number;
  readonly confidence: number;
}

/** Tries with equal versions, and with a difference in the first figure, by as many pairs as are needed for it. */
export function simulate(wish: {
  readonly noise: number;
  readonly figures: number;
  readonly difference: number;
  readonly tries: number;
  readonly seed: number;
}): Simulated {
  const { noise, figures, difference, tries, seed } = wish;
  const pairs = pairsNeeded({ noise, difference, figures });
  let equal = 0;
  let found = 0;
  for (let attempt = 0; attempt < tries; attempt++) {
    const random = seeded(seed * 1_000_003 + attempt * 7919);
    const same = comparePairs(figuresOf(random, { noise, figures, pairs, difference: 0 }));
    equal += Number(same.every(({ conclusion }) => conclusion === "no-difference-seen"));
    const [planted] = comparePairs(figuresOf(random, { noise, figures, pairs, difference }));
    found += Number(planted?.conclusion === "different" && (planted.difference ?? 0) > 0);
  }
  return { noise, figures, pairs, tries, equal, found, confidence: COMPARISON_CONFIDENCE };
}

/** Loads whose level drifts by a fifth over the whole comparison, each with separate noise. */
function figuresOf(
  random: Random,
  wish: {
    readonly noise: number;
    readonly figures: number;
    readonly pairs: number;
    readonly difference: number;
  },
) {
  return Array.from({ length: wish.figures }, (_, figure) => ({
    metric: `figure-${figure}`,
    description: `figure ${figure}`,
    pairs: Array.from({ length: wish.pairs }, (_, pair) => {
      const level = 1000 * (1 + (0.2 * pair) / wish.pairs);
      const draw = (): number => level * Math.exp(wish.noise * normal(random));
      return { baseline: draw(), candidate: draw() * (1 + (figure === 0 ? wish.difference : 0)) };
    }),
  }));
}
