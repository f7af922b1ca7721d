import type { RunRecord } from "../model/record/record.ts";

/** Messages of the clouds if a zone has no machines of a type left, independent of the quota. */
const WORDS = [
  /ZONE_RESOURCE_POOL_EXHAUSTED/,
  /STOCKOUT/,
  /does not have enough resources available to fulfill/i,
  /InsufficientInstanceCapacity/,
  /insufficient capacity/i,
];

/** The cloud's message about a zone without machines; undefined if the run ended for another reason. */
export function findStockOut({
  verdict,
  reasons,
}: Pick<RunRecord, "verdict" | "reasons">): string | undefined {
  if (verdict !== "infrastructure") return undefined;
  return reasons.find((reason) => WORDS.some((word) => word.test(reason)));
}
