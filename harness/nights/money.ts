import type { Night, NightRun } from "./night.ts";
import type { NightRequest } from "./request.ts";
import type { SizeName } from "./sizes.ts";

/** The expected cost of a run of the size in USD; undefined if it has no price. */
export type EstimateSize = (size: SizeName) => number | undefined;

/** A run is stopped when it costs this many times its estimate. */
const BUDGET_FACTOR = 1.5;

/** Why the night cannot afford a size, or undefined. */
export function findUnaffordable(
  size: SizeName,
  { maxCost }: NightRequest,
  { runs }: Night,
  estimateSize: EstimateSize,
): Pick<NightRun, "verdict" | "reason"> | undefined {
  const estimate = estimateSize(size);
  if (maxCost === undefined || estimate === undefined) return undefined;
  const left = maxCost - sumSpent(runs);
  if (estimate <= left) return undefined;
  return {
    verdict: "cost-ceiling",
    reason: `it is estimated at $${estimate.toFixed(2)}, but only $${left.toFixed(2)} are left of the night's $${maxCost.toFixed(2)}`,
  };
}

/** The cost limit of one run in USD: 1.5 times the estimate, and at most what the night has left. */
export function chooseBudget(
  size: SizeName,
  { maxCost = Infinity, rehearse }: NightRequest,
  spent: number,
  estimateSize: EstimateSize,
): number | undefined {
  // The twin's hours cost nothing, and their number depends on the speed of this machine.
  const estimate = rehearse ? undefined : estimateSize(size);
  const budget = Math.min(maxCost - spent, estimate === undefined ? Infinity : estimate * BUDGET_FACTOR);
  return Number.isFinite(budget) ? Math.floor(budget * 100) / 100 : undefined;
}

/** The sum in USD; a finished run of unknown cost counts with its whole budget. */
export function sumSpent(runs: readonly NightRun[]): number {
  return runs.reduce(
    (sum, { spent, budget = 0, state }) => sum + (spent ?? (state === "done" ? budget : 0)),
    0,
  );
}
