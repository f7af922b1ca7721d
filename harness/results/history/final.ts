import type { RunRecord } from "../../model/record/record.ts";

/** Whether a record was written for good: its teardown audited, its verdict given. */
export function isFinal({ verdict, teardown }: RunRecord): boolean {
  return verdict !== "pending" && teardown.state !== "pending";
}
