/**
 * Returns how many values of a series are worth one independent value, if a night resembles the night before:
 * (1 + r) / (1 - r) for the lag-1 autocorrelation r (Bartlett, "On the theoretical specification and sampling
 * properties of autocorrelated time-series", 1946). At least 1, because alternating nights add no certainty.
 * @param stretches the values of each level, in order
 */
export function valuesPerIndependentOne(stretches: readonly (readonly number[])[]): number {
  const r = Math.min(MOST, Math.max(0, autocorrelation(stretches)));
  return (1 + r) / (1 - r);
}

/** Largest autocorrelation: above it, a window would have hardly one independent value. */
const MOST = 0.9;

/** Around the mean of each stretch, which reduces r by (1 + 4 r) / n; this is corrected (Marriott and Pope, "Bias in the estimation of autocorrelations", 1954). */
function autocorrelation(stretches: readonly (readonly number[])[]): number {
  let products = 0;
  let squares = 0;
  let count = 0;
  for (const values of stretches) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    let last: number | undefined;
    for (const value of values) {
      const distance = value - mean;
      squares += distance ** 2;
      products += distance * (last ?? 0);
      last = distance;
    }
    count += values.length;
  }
  if (squares === 0) return 0;
  const lost = stretches.length / count;
  return (products / squares + lost) / (1 - 4 * lost);
}
