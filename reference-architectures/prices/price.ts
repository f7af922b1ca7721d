import type { Source } from "./sources.ts";

/** The price of one unit in USD, with its source. */
export interface Price {
  readonly usd: number;
  readonly source: Source;
  /** Why the figure may be wrong. Then it is the highest of those that were found. */
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

/** The hours in a month as the clouds count them. Monthly prices are billed by the hour. */
export const HOURS_A_MONTH = 730;

/** Returns the hourly part of a monthly price. */
export function perMonth(price: Price): Price {
  return { ...price, usd: price.usd / HOURS_A_MONTH };
}
