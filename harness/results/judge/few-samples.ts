/** The largest probability at which chance still explains samples above a threshold. */
const CHANCE = 0.001;

/**
 * Whether a percentile is missed for certain, although its count is too small to state it. A percentile p within the
 * threshold means that at most a share of 1 - p of all attempts lies above. The binomial tail P(X >= above) of that
 * share is the probability that chance explains the samples above; below 1 in 1,000 it does not.
 */
export function isSurelyAbove(count: number, above: number, percentile: number): boolean {
  const share = 1 - percentile / 100;
  let exactly = (1 - share) ** count;
  let fewer = 0;
  for (let many = 0; many < above; many += 1) {
    fewer += exactly;
    exactly *= ((count - many) / (many + 1)) * (share / (1 - share));
  }
  return above > 0 && 1 - fewer < CHANCE;
}
