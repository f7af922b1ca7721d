/** Rounds to the four significant digits that records keep of observed figures and of what follows from them. */
export function fourDigits(value: number): number {
  return Number(value.toPrecision(4));
}
