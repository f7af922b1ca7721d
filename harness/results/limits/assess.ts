import type { RunRecord } from "../../model/record/record.ts";

/** Says what held the load of a record back, and the figures that sizing rests on; nothing without a load. */
export function assess(record: RunRecord): Pick<RunRecord, "limits" | "claims"> {
  return record.measurements === undefined ? {} : {};
}
