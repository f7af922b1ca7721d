import type { RunRecord } from "../model/record/record.ts";

/** How the clouds say that a zone has no machines of a type left, whatever the quota. */
const WORDS = [
  /ZONE_RESOURCE_POOL_EXHAUSTED/,
  /STOCKOUT/,
  /does not have enough resources available to fulfill/i,
  /InsufficientInstanceCapacity/,
  /insufficient capacity/i,
];

/** What a cloud said of a zone without machines, or undefined when a run did not end for that. */
export function stockOutOf({ verdict, reasons }: Pick<RunRecord, "verdict" | "reasons">): string | undefined {
  if (verdict !== "infrastructure") return undefined;
  return reasons.find((reason) => WORDS.some((word) => word.test(reason)));
}
