/**
 * When a step in a series is reported, and when it is an alarm. The values were chosen with `npm run bench:regression`:
 * flat series of normal, skewed and heavy-tailed noise raise no alarm, and a step of 10 % is found within a week.
 */
export const CHANGE_RULES = {
  /** With fewer figures, a series is not searched: "not enough history". */
  leastBefore: 14,
  /** A step needs at least this many figures after it, and is searched for among the last `mostAfter`. */
  leastAfter: 4,
  mostAfter: 30,
  /** Only this many of the newest figures are used. */
  window: 60,
  /** A step is suspected if its probability in a flat series, by Student's t and by ranks, is below these. */
  suspectedBelow: 1e-4,
  suspectedBelowByRank: 1e-3,
  /** A suspected step is confirmed below this probability, once figures measured after the suspicion agree. */
  confirmedBelow: 5e-7,
  /** A confirmation needs at least this many figures after the suspicion, so that a few bad nights end before it. */
  leastFresh: 2,
  /** Smallest deviation of a series: a few nights closer together are chance. */
  leastDeviation: 0.025,
  /** A smaller step needs a comparison of both versions in one environment. */
  leastMagnitude: 0.02,
  /** A share of failures that changes by less raises no alarm: half a percentage point. */
  leastShare: 0.005,
} as const;
