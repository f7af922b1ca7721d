/** The median and range of a figure over several nights. */
export interface Spread {
  readonly median: number;
  /** Minimum and maximum. */
  readonly range: readonly [number, number];
}

/** Returns the median and range of the values; undefined if there are none. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const [least, most] = [sorted.at(0), sorted.at(-1)];
  if (least === undefined || most === undefined) return undefined;
  const upper = sorted[Math.floor(sorted.length / 2)] ?? most;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? least;
  return { median: (lower + upper) / 2, range: [least, most] };
}
