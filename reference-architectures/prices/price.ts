import type { Source } from "./sources.ts";

/** What one unit costs in USD, and who says so. */
export interface Price {
  readonly usd: number;
  readonly source: Source;
  /** Why the figure may be wrong; it is then the highest of those that were found. */
  readonly uncertain?: string;
}

/** Prices by name from one source. */
export function pricesOf<Name extends string>(
  source: Source,
  usdByName: Readonly<Record<Name, number>>,
): Readonly<Record<Name, Price>> {
  const prices = Object.entries<number>(usdByName).map(([name, usd]) => [name, { usd, source }] as const);
  return Object.fromEntries(prices) as Record<Name, Price>;
}

/** A month as the clouds count one, in hours: what is priced by the month is paid by the hour. */
export const HOURS_A_MONTH = 730;

/** The hour's part of a price by the month. */
export function perMonth(price: Price): Price {
  return { ...price, usd: price.usd / HOURS_A_MONTH };
}
