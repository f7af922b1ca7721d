/** A linear axis from zero. */
export interface LinearScale {
  readonly max: number;
  /** Round values from 0 to `max`. */
  readonly ticks: readonly number[];
}

const STEPS = [1, 2, 2.5, 5, 10];

/** Returns an axis from 0 to at least `most`, with at most five round values. */
export function linearScale(most: number, { isCount = false } = {}): LinearScale {
  const top = most > 0 ? most : 1;
  const decade = 10 ** Math.floor(Math.log10(top / 4));
  const found = [...STEPS, ...STEPS.map((step) => step * 10)]
    .map((step) => step * decade)
    .find((step) => Math.ceil(top / step - 1e-9) <= 4 && (!isCount || Number.isInteger(step)));
  const step = found ?? Math.ceil(top / 4);
  const count = Math.ceil(top / step - 1e-9);
  return { max: count * step, ticks: Array.from({ length: count + 1 }, (_, index) => exact(index * step)) };
}

function exact(value: number): number {
  return Number(value.toPrecision(12));
}
