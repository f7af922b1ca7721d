/** How seldom chance alone may call a percentile missed that its count cannot carry. */
const CHANCE = 0.001;

/**
 * Whether so many samples above a threshold miss the percentile although their count cannot carry it. A percentile of
 * p within the threshold means that a share of at most 1 - p of all attempts lies above. The binomial tail
 * P(X >= above) of that share is how often chance explains what was seen; below one in 1,000 it is no explanation.
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
