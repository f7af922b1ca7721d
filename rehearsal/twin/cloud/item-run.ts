import { findLabelledRun } from "../../../harness/model/cloud/run-mark.ts";
import type { RunId } from "../../../harness/model/run-id.ts";
import type { TwinItem } from "../../inventory/item.ts";

/** The run of an item, by label or by what its maker knew. */
export function findItemRun(item: TwinItem): RunId | undefined {
  return findLabelledRun(item.labels) ?? item.runId;
}
