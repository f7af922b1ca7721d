/**
 * Returns the two-sided p of the exact rank-sum test, which does not depend on the distribution (Mann and Whitney, "On
 * a test of whether one of two random variables is stochastically larger than the other", 1947). Ties count half.
 */
export function rankSumP(before: readonly number[], after: readonly number[]): number {
  let above = 0;
  for (const one of before) {
    for (const other of after) above += other > one ? 1 : other === one ? 0.5 : 0;
  }
  const rarer = Math.ceil(Math.min(above, before.length * after.length - above));
  return Math.min(1, 2 * (cumulative(before.length, after.length)[rarer] ?? 1));
}

const KNOWN = new Map<string, Float64Array>();

/** Probability of each value of the statistic or a lower one, if both samples have the same distribution. */
function cumulative(one: number, other: number): Float64Array {
  const [more, fewer] = one > other ? [one, other] : [other, one];
  const key = `${more} ${fewer}`;
  const known = KNOWN.get(key);
  if (known !== undefined) return known;
  // Coefficients of the Gaussian binomial: multiplied by 1 - q^(more + i), divided by 1 - q^i.
  const ways = new Float64Array(more * fewer + 1);
  ways[0] = 1;
  for (let i = 1; i <= fewer; i++) {
    for (let at = ways.length - 1; at >= more + i; at--)
      ways[at] = (ways[at] ?? 0) - (ways[at - more - i] ?? 0);
    for (let at = i; at < ways.length; at++) ways[at] = (ways[at] ?? 0) + (ways[at - i] ?? 0);
  }
  const total = ways.reduce((sum, each) => sum + each, 0);
  let upTo = 0;
  const chances = ways.map((each) => (upTo += each) / total);
  KNOWN.set(key, chances);
  return chances;
}
