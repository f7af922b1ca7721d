/** A figure that does not fit the others. */
export interface Contradiction {
  readonly path: string;
  readonly value: unknown;
  readonly expected: string;
}
