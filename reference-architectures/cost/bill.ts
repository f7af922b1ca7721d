import type { Price } from "../prices/price.ts";

/** One line of a bill: so many of a thing at a price. */
export interface BillLine {
  readonly what: string;
  readonly quantity: number;
  readonly price: Price;
  readonly per: "hour" | "once";
}

/** What there is for each hour that the environment stands. */
export function hourly(what: string, quantity: number, price: Price): BillLine {
  return { what, quantity, price, per: "hour" };
}

/** What is paid by use, however long it takes. */
export function once(what: string, quantity: number, price: Price): BillLine {
  return { what, quantity, price, per: "once" };
}

/** The price of that name. Whoever asks has seen that the table has it. */
export function priceIn(table: Readonly<Record<string, Price>>, name: string): Price {
  const price = Object.hasOwn(table, name) ? table[name] : undefined;
  if (price === undefined) throw new Error(`no price of ${name} in the table`);
  return price;
}
