import type { RunRecord } from "../model/record/record.ts";
import { findClaims } from "./claims/find-claims.ts";
import { findLimits } from "./limits/find-limits.ts";

/** Says what held the load of a record back, and the figures that sizing rests on; nothing without a load. */
export function assess(record: RunRecord): Pick<RunRecord, "limits" | "claims"> {
  const limits = findLimits(record);
  const claims = findClaims(record);
  return limits === undefined || claims === undefined ? {} : { limits, claims: [...claims] };
}
