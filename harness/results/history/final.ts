import type { RunRecord } from "../../model/record/record.ts";

/** Whether a record is final: its teardown was audited and it has a verdict. */
export function isFinal({ verdict, teardown }: RunRecord): boolean {
  return verdict !== "pending" && teardown.state !== "pending";
}
