import type { RunCost } from "../../model/record/cost.ts";
import type { MeasuredNight } from "./night.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** What a night of one size costs, USD. */
export interface NightCost extends Spread {
  /** `billed` or `simulated` only where every night was. */
  readonly basis: RunCost["basis"];
}

/** The cost over these nights; a night that failed over paid for both of its runs. Undefined when none recorded it. */
export function costOver(nights: readonly MeasuredNight[]): NightCost | undefined {
  const paid = nights
    .map(({ runs }) => runs.flatMap(({ cost }) => (cost === undefined ? [] : [cost])))
    .filter((costs) => costs.length > 0);
  const spread = spreadOf(
    paid.map((costs) => costs.reduce((sum, { spent, estimate }) => sum + (spent ?? estimate.total), 0)),
  );
  if (spread === undefined) return undefined;
  const [basis, ...others] = new Set(paid.flat().map((cost) => cost.basis));
  return { ...spread, basis: basis === undefined || others.length > 0 ? "estimated" : basis };
}
