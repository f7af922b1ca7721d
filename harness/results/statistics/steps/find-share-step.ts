import jstat from "jstat";
import { valuesPerIndependentOne } from "./effective-size.ts";
import type { Step } from "./find-step.ts";
import { rankSumP } from "./rank-sum.ts";
import { CHANGE_RULES } from "./rules.ts";

/** Attempts of one night, and how many failed. */
export interface Attempts {
  readonly failed: number;
  readonly of: number;
}

/** A step in a share of failures; `before` and `after` are shares. */
export type ShareStep = Pick<Step, "at" | "before" | "after" | "p">;

/**
 * Finds the likeliest step in a share of failures by the binomial test of two counts (Przyborowski and Wilenski,
 * "Homogeneity of results in testing samples from Poisson series", 1940): of all failures, those after the step are
 * binomial with the share of the attempts after it. Failures come in clusters. Counts are therefore divided by the
 * excess variation between nights (quasi-likelihood; McCullagh and Nelder, "Generalized linear models", 1989, 4.5) and
 * by the resemblance to the night before. The ranks of the nights must agree, so that one bad night is not a step.
 * Undefined if no step is likely enough.
 */
export function findShareStep(nights: readonly Attempts[]): ShareStep | undefined {
  const { window, leastBefore, leastAfter, mostAfter, leastShare } = CHANGE_RULES;
  const skipped = Math.max(0, nights.length - window);
  const seen = nights.slice(skipped);
  const first = Math.max(leastBefore, seen.length - mostAfter);
  const steps = placesBetween(first, seen.length - leastAfter)
    .map((at) => stepAt(seen, at))
    .filter(
      ({ p, at }) => p < CHANGE_RULES.suspectedBelow && rankAt(seen, at) < CHANGE_RULES.suspectedBelowByRank,
    );
  if (steps.length === 0) return undefined;
  // The test decides whether there is a step, the likelihood where.
  const [likeliest] = placesBetween(first, seen.length - 1)
    .map((at) => stepAt(seen, at))
    .toSorted((one, other) => other.likelihood - one.likelihood);
  if (likeliest === undefined || Math.abs(likeliest.after - likeliest.before) < leastShare) return undefined;
  const { at, before, after } = likeliest;
  return { at: at + skipped, before, after, p: Math.min(...steps.map(({ p }) => p)) };
}

function placesBetween(first: number, last: number): readonly number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

function rankAt(nights: readonly Attempts[], at: number): number {
  return rankSumP(nights.slice(0, at).map(shareOf), nights.slice(at).map(shareOf));
}

/** Returns the share of one night's attempts that failed. */
export function shareOf({ failed, of }: Attempts): number {
  return of === 0 ? 0 : failed / of;
}

function stepAt(nights: readonly Attempts[], at: number): ShareStep & { readonly likelihood: number } {
  const [before, after] = [nights.slice(0, at), nights.slice(at)];
  const [earlier, later] = [totalOf(before), totalOf(after)];
  const perOne = clustering(before, after);
  const all = (earlier.failed + later.failed) / perOne;
  const share = later.of / (earlier.of + later.of);
  const tails = [
    atLeast(later.failed / perOne, all, share),
    atLeast(earlier.failed / perOne, all, 1 - share),
  ];
  return {
    ...{ at, before: shareOf(earlier), after: shareOf(later) },
    p: Math.min(1, 2 * Math.min(...tails)),
    likelihood: likelihoodOf(earlier) + likelihoodOf(later),
  };
}

/** Log-likelihood of these attempts at their own share of failures, without its constant. */
function likelihoodOf({ failed, of }: Attempts): number {
  return [failed, of - failed].reduce(
    (sum, count) => sum + (count === 0 ? 0 : count * Math.log(count / of)),
    0,
  );
}

function totalOf(nights: readonly Attempts[]): Attempts {
  return nights.reduce((sum, { failed, of }) => ({ failed: sum.failed + failed, of: sum.of + of }), {
    failed: 0,
    of: 0,
  });
}

/** P(X ≥ count) of a binomial X, by the regularized incomplete beta function, which also accepts fractional counts. */
function atLeast(count: number, all: number, share: number): number {
  if (count <= 0) return 1;
  return jstat.jStat.beta.cdf(share, count, all - count + 1);
}

/** Returns how many failures are worth one independent failure; at least 1. */
function clustering(...stretches: readonly (readonly Attempts[])[]): number {
  const shares = stretches.map((nights) => nights.map(shareOf));
  return Math.max(1, dispersion(stretches)) * valuesPerIndependentOne(shares);
}

/** Pearson's statistic around each stretch's share, per degree of freedom. */
function dispersion(stretches: readonly (readonly Attempts[])[]): number {
  const terms = stretches.flatMap((nights) => {
    const share = shareOf(totalOf(nights));
    if (share === 0 || share === 1) return nights.map(() => 0);
    return nights.map(({ failed, of }) =>
      of === 0 ? 0 : (failed - of * share) ** 2 / (of * share * (1 - share)),
    );
  });
  return terms.reduce((sum, term) => sum + term, 0) / (terms.length - stretches.length);
}
