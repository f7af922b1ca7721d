import type { Night, NightRun } from "./night.ts";
import type { NightRequest } from "./request.ts";
import type { SizeName } from "./sizes.ts";

/** USD that a run of the size is expected to cost; undefined where it has no price. */
export type EstimateOf = (size: SizeName) => number | undefined;

/** What a run may cost over its estimate before it is stopped. */
const BUDGET_FACTOR = 1.5;

/** Why the night has no money left for a size, or undefined. */
export function unaffordable(
  size: SizeName,
  { maxCost }: NightRequest,
  { runs }: Night,
  estimateOf: EstimateOf,
): Pick<NightRun, "verdict" | "reason"> | undefined {
  const estimate = estimateOf(size);
  if (maxCost === undefined || estimate === undefined) return undefined;
  const left = maxCost - spentOf(runs);
  if (estimate <= left) return undefined;
  return {
    verdict: "cost-ceiling",
    reason: `it is estimated at $${estimate.toFixed(2)}, and of the night's $${maxCost.toFixed(2)} only $${left.toFixed(2)} are left`,
  };
}

/** A run's own limit: half as much again as expected, and never more than the night has left. */
export function budgetOf(
  size: SizeName,
  { maxCost = Infinity, rehearse }: NightRequest,
  spent: number,
  estimateOf: EstimateOf,
): number | undefined {
  // The twin's hours cost nothing, and how many they are is this machine's speed.
  const estimate = rehearse ? undefined : estimateOf(size);
  const budget = Math.min(maxCost - spent, estimate === undefined ? Infinity : estimate * BUDGET_FACTOR);
  return Number.isFinite(budget) ? Math.floor(budget * 100) / 100 : undefined;
}

/** What is not known to have cost less may have cost all it might. */
export function spentOf(runs: readonly NightRun[]): number {
  return runs.reduce(
    (sum, { spent, budget = 0, state }) => sum + (spent ?? (state === "done" ? budget : 0)),
    0,
  );
}
