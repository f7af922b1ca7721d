import type { RunCost } from "../../model/record/cost.ts";
import type { MeasuredNight } from "./night.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** The cost of one night of a size, USD. */
export interface NightCost extends Spread {
  /** `billed` or `simulated` only if it applies to every night. */
  readonly basis: RunCost["basis"];
}

/** Returns the cost over these nights; a night that failed over includes both runs. Undefined if no cost was recorded. */
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
