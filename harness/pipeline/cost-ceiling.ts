import { formatUsd } from "../model/usd.ts";
import type { StageContext } from "./context.ts";
import { spentUntil } from "./cost-spent.ts";

/** What a look at a run's cost found. */
export interface CostLook {
  readonly spent: number;
  /** Why the run has to end now, so that its teardown is within its ceiling too. */
  readonly reached?: string;
}

/** Looks what the run cost so far; undefined when it has no estimate. */
export async function lookAtCost({
  plan: { cost, rehearsal },
  journal,
  ports,
}: StageContext): Promise<CostLook | undefined> {
  if (cost === undefined) return undefined;
  const { entries } = await journal.read();
  const spent = spentUntil({ cost, rehearsal }, entries, ports.clock.now());
  const { perHour, teardownReserve } = cost.estimate;
  if (cost.ceiling === undefined || spent === 0 || spent + teardownReserve < cost.ceiling) return { spent };
  return {
    spent,
    reached: `${formatUsd(spent)} of --max-cost ${formatUsd(cost.ceiling)} are spent at ${formatUsd(perHour)} an hour, and the teardown may take ${formatUsd(teardownReserve)}`,
  };
}

/** Has the record say that the budget stopped the run; once, whoever sees it first. */
export async function noteCeiling({ journal }: StageContext, reason: string): Promise<void> {
  const { entries } = await journal.read();
  if (entries.some((entry) => entry.type === "finding" && entry.verdict === "cost-ceiling")) return;
  await journal.append({ type: "finding", verdict: "cost-ceiling", reason });
}
