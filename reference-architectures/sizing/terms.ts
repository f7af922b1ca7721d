import type { Architecture, Size } from "../architecture.ts";
import { estimateCost, standingPerMonth } from "../cost/estimate.ts";
import { type QuotaNeed, quotaOf } from "../quota/quota.ts";

/** USD, with the day of the price table; or why there is no price. */
export type Price =
  | {
      readonly state: "priced";
      readonly usd: number;
      readonly prices: string;
      readonly region: string;
      /** Remarks about single prices, such as those that were not read from a list. */
      readonly notes: readonly string[];
    }
  | { readonly state: "not-priced"; readonly reason: string };

/** What a deployment costs, and what it needs of the cloud. */
export interface Terms {
  /** A month of 730 hours in which it stands, without traffic and load runner. */
  readonly perMonth: Price;
  /** One benchmark run, from the first create to the last delete. */
  readonly perRun: Price;
  readonly quota: readonly QuotaNeed[];
  /** More than one replica and external provisioners need a licence of Coder. */
  readonly licensed: boolean;
}

/** Returns what a size costs in the architecture's region, and what it needs. */
export function termsOf(architecture: Architecture, size: Size): Terms {
  const { region } = architecture;
  const month = standingPerMonth(architecture, size, { region });
  const run = estimateCost(architecture, size, { region, runner: true });
  return {
    perMonth:
      month.state === "priced"
        ? {
            state: "priced",
            usd: month.cost.perMonth,
            prices: month.cost.prices,
            region,
            notes: [...new Set(month.cost.notes)],
          }
        : month,
    perRun:
      run.state === "priced"
        ? {
            state: "priced",
            usd: run.estimate.total,
            prices: run.estimate.prices,
            region,
            notes: [...new Set(run.estimate.notes)],
          }
        : run,
    quota: quotaOf(architecture, size),
    licensed: size.licensed,
  };
}
