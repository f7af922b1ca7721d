import type { Price } from "../prices/price.ts";

/** One line of a bill: a quantity at a price. */
export interface BillLine {
  readonly what: string;
  readonly quantity: number;
  readonly price: Price;
  readonly per: "hour" | "once";
}

/** Lines that are billed for each hour of the environment. */
export function hourly(what: string, quantity: number, price: Price): BillLine {
  return { what, quantity, price, per: "hour" };
}

/** Lines that are billed by use, whatever the duration. */
export function once(what: string, quantity: number, price: Price): BillLine {
  return { what, quantity, price, per: "once" };
}

/** Returns the price with that name. The caller has checked that it exists. */
export function priceIn(table: Readonly<Record<string, Price>>, name: string): Price {
  const price = Object.hasOwn(table, name) ? table[name] : undefined;
  if (price === undefined) throw new Error(`no price of ${name} in the table`);
  return price;
}
