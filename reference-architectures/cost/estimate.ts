import type { Architecture, Size } from "../architecture.ts";
import { AWS_PRICES } from "../prices/aws.ts";
import { GOOGLE_PRICES } from "../prices/google.ts";
import { HOURS_A_MONTH, type Price } from "../prices/price.ts";
import { awsBill } from "./aws-bill.ts";
import type { BillLine } from "./bill.ts";
import { googleBill } from "./google-bill.ts";
import { phasesOf } from "./phases.ts";
import { type Standing, standingOf } from "./standing.ts";
import type { CloudName } from "../zones.ts";

/** One line of an estimate, in USD. */
export interface EstimatedItem {
  readonly what: string;
  readonly quantity: number;
  readonly rate: number;
  readonly per: "hour" | "once";
  readonly amount: number;
}

/** The expected cost of a run in USD, as if all of it existed from the first create to the last delete. */
export interface EstimatedCost {
  readonly prices: string;
  readonly region: string;
  readonly hours: number;
  readonly perHour: number;
  readonly teardownReserve: number;
  readonly total: number;
  readonly items: readonly EstimatedItem[];
  /** Remarks about the prices. */
  readonly notes: readonly string[];
}

/** An estimate, or the reason why it is missing. */
export type Estimation =
  | { readonly state: "priced"; readonly estimate: EstimatedCost }
  | { readonly state: "not-priced"; readonly reason: string };

const CLOUDS: Readonly<
  Record<
    CloudName,
    {
      readonly prices: {
        readonly date: string;
        readonly regions: Readonly<Record<string, string | undefined>>;
      };
      readonly bill: (standing: Standing) => readonly BillLine[];
    }
  >
> = {
  google: { prices: GOOGLE_PRICES, bill: googleBill },
  aws: { prices: AWS_PRICES, bill: awsBill },
};

/** Returns what a run of this size costs in a region, with the slowest duration of each phase. */
export function estimateCost(
  architecture: Pick<Architecture, "cloud" | "carriedBy">,
  size: Size,
  where: {
    readonly region: string;
    /** Whether the environment has a load runner. */
    readonly runner: boolean;
    /** Nodes of its cluster for pods that generate load. @default 0 */
    readonly generators?: number | undefined;
    /**
     * Loads one after the other, each except the first on another installation of Coder.
     * @default 1
     */
    readonly loads?: number;
  },
): Estimation {
  if (architecture.cloud === "kubernetes") return NOT_PRICED;
  const { prices, bill } = CLOUDS[architecture.cloud];
  const reason = whyNotPriced(prices.regions, size, where.region);
  if (reason !== undefined) return { state: "not-priced", reason };
  const phases = phasesOf(architecture, size);
  const { loads = 1 } = where;
  const hours = phases.provision + phases.load * loads + phases.install * (loads - 1) + phases.teardown;
  const lines = bill(standingOf(architecture, size, where));
  const items = lines.map(({ what, quantity, price, per }) => ({
    what,
    quantity: rounded(quantity),
    rate: rounded(price.usd),
    per,
    amount: rounded(quantity * price.usd * (per === "hour" ? hours : 1)),
  }));
  const perHour = sum(
    lines.filter(({ per }) => per === "hour").map((line) => line.quantity * line.price.usd),
  );
  return {
    state: "priced",
    estimate: {
      prices: prices.date,
      region: where.region,
      hours: rounded(hours),
      perHour: rounded(perHour),
      teardownReserve: rounded(perHour * phases.teardown),
      total: rounded(sum(items.map(({ amount }) => amount))),
      items: items.toSorted((a, b) => b.amount - a.amount),
      notes: [...notesOf(prices.regions[where.region]), ...lines.flatMap(uncertainty)],
    },
  };
}

/** What an environment of a size costs in a month in which it stands, in USD. */
export interface MonthlyCost {
  readonly prices: string;
  readonly region: string;
  readonly perMonth: number;
  /** The lines that are billed by the hour, the dearest first, each with its amount in a month. */
  readonly items: readonly Omit<EstimatedItem, "per">[];
  readonly notes: readonly string[];
}

/** A month's cost, or the reason why it is missing. */
export type MonthlyEstimation =
  | { readonly state: "priced"; readonly cost: MonthlyCost }
  | { readonly state: "not-priced"; readonly reason: string };

/**
 * Returns what an environment costs in a month of 730 hours: every line that is billed by the hour. Traffic is not
 * counted, and neither is a load runner: it belongs to a benchmark.
 */
export function standingPerMonth(
  architecture: Pick<Architecture, "cloud" | "carriedBy">,
  size: Size,
  { region }: { readonly region: string },
): MonthlyEstimation {
  if (architecture.cloud === "kubernetes") return NOT_PRICED;
  const { prices, bill } = CLOUDS[architecture.cloud];
  const reason = whyNotPriced(prices.regions, size, region);
  if (reason !== undefined) return { state: "not-priced", reason };
  const lines = bill(standingOf(architecture, size, { runner: false })).filter(({ per }) => per === "hour");
  const items = lines.map(({ what, quantity, price }) => ({
    what,
    quantity: rounded(quantity),
    rate: rounded(price.usd),
    amount: rounded(quantity * price.usd * HOURS_A_MONTH),
  }));
  return {
    state: "priced",
    cost: {
      prices: prices.date,
      region,
      perMonth: rounded(sum(lines.map(({ quantity, price }) => quantity * price.usd)) * HOURS_A_MONTH),
      items: items.toSorted((a, b) => b.amount - a.amount),
      notes: [...notesOf(prices.regions[region]), ...lines.flatMap(uncertainty)],
    },
  };
}

const NOT_PRICED = { state: "not-priced", reason: "a cluster of your own has no known prices" } as const;

function whyNotPriced(
  regions: Readonly<Record<string, string | undefined>>,
  { database }: Size,
  region: string,
): string | undefined {
  if (!Object.hasOwn(regions, region))
    return `region ${region} is not in the price table, which has ${Object.keys(regions).join(", ")}`;
  const { tiers } = AWS_PRICES.database;
  if (database.kind === "rds" && !Object.hasOwn(tiers, database.tier))
    return `database.tier ${database.tier} is not in the price table, which has ${Object.keys(tiers).join(", ")}`;
  return undefined;
}

function notesOf(note: string | undefined): readonly string[] {
  return note === undefined ? [] : [note];
}

function uncertainty({ what, price }: { readonly what: string; readonly price: Price }): readonly string[] {
  return price.uncertain === undefined ? [] : [`price of ${what}: ${price.uncertain}`];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Significant digits instead of cents, because an hour of a GiB of disk costs a ten-thousandth of a cent. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
