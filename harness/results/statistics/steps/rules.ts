/**
 * When a step in a series is told, and when it is an alarm. The figures were chosen by `npm run bench:regression`:
 * flat series of normal, skewed and heavy-tailed noise raise no alarm, a step of 10 % is found within a week.
 */
export const CHANGE_RULES = {
  /** With fewer figures than this nothing is said of a series: "not enough history". */
  leastBefore: 14,
  /** A step stands on at least so many figures after it, and is looked for among so many. */
  leastAfter: 4,
  mostAfter: 30,
  /** No older figures than these are looked at. */
  window: 60,
  /** Chance of the step in a flat series, by Student's t and by ranks, below which it is suspected. */
  suspectedBelow: 1e-4,
  suspectedBelowByRank: 1e-3,
  /** Chance below which a suspected step is confirmed, once figures measured after the suspicion agree. */
  confirmedBelow: 5e-7,
  /** Figures that a confirmation needs after the suspicion: a spell of a few bad nights is over by then. */
  leastFresh: 2,
  /** Deviation that a series has at least: a few nights that lie closer together are luck. */
  leastDeviation: 0.025,
  /** A smaller step is for a comparison of both versions in one environment. */
  leastMagnitude: 0.02,
  /** A share of failures that moves by less than this is told by no alarm: half a percentage point. */
  leastShare: 0.005,
} as const;
