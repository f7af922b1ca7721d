import { z } from "zod";

const usd = z.number().nonnegative();

/** One line of an estimate: so many of a thing, at a rate, for a time. */
export const costItem = z.object({
  /** In words: "4 × n2-standard-8 for Coder". */
  what: z.string(),
  quantity: z.number().nonnegative(),
  /** USD for one of it and an hour; of a thing that is paid once (a gigabyte sent), for one of it. */
  rate: usd,
  per: z.enum(["hour", "once"]),
  /** USD over the whole run. */
  amount: usd,
});

/** The expected cost of a run, in USD. */
export const costEstimate = z.object({
  /** Date of the price table that it was made from: 2026-08-03. */
  prices: z.iso.date(),
  region: z.string(),
  /** From the first create to the end of the teardown. */
  hours: z.number().nonnegative(),
  /** While everything exists. */
  perHour: usd,
  /** Of `total`, what the teardown alone may take: never spent on the load. */
  teardownReserve: usd,
  total: usd,
  items: z.array(costItem),
  /** Notes on the prices, such as "price of pd-balanced: from memory, taken high". */
  notes: z.array(z.string()).optional(),
});
export type CostEstimate = z.infer<typeof costEstimate>;

/** A run's cost as its record holds it. */
export const runCost = z.object({
  estimate: costEstimate,
  /** `--max-cost`, USD. */
  ceiling: usd.optional(),
  /** USD from the first create to the last delete, by the estimate's rates. */
  spent: usd.optional(),
  /** `estimated` until a bill was read; `simulated` in a rehearsal, which costs nothing: its hours are the twin's. */
  basis: z.enum(["estimated", "billed", "simulated"]),
});
export type RunCost = z.infer<typeof runCost>;
