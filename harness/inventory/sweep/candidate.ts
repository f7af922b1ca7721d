import type { InventoryItem } from "../../model/ports/inventory.ts";
import { run12 } from "../../model/run-id.ts";
import { doubtfulLabel, findQuotedRun, isManual, readRunMark } from "../../model/cloud/run-mark.ts";

/** An item of an inventory, with marks from its run's other items. */
export interface Candidate {
  readonly item: InventoryItem;
  /** The last 12 characters of its run's id; absent if nothing names a run. */
  readonly run?: string;
  /** Whether its run is unclear. */
  readonly doubtful: boolean;
  readonly manual: boolean;
  /** Unix seconds of the latest `bench-expires` of its run; "never" if one is not a number. */
  readonly expires?: number | "never";
}

/**
 * Reads an answer of an inventory. Kinds without labels get expiry and `bench-managed=manual` from their run, so that
 * the network of a manual environment does not look abandoned.
 */
export function candidatesOf(items: readonly InventoryItem[]): readonly Candidate[] {
  const runs = new Map<string, OwnMarks>();
  for (const item of items) {
    const run = runMark(item);
    if (run !== undefined) runs.set(run, joined(runs.get(run), ownMarks(item)));
  }
  return items.map((item) => {
    const run = runMark(item);
    const doubtful = item.doubtful !== undefined || doubtfulLabel(item.labels) !== undefined;
    if (run === undefined) return { item, doubtful, ...ownMarks(item) };
    return { item, run, doubtful, ...(runs.get(run) ?? ownMarks(item)) };
  });
}

function runMark({ runId, labels, name, location = "" }: InventoryItem): string | undefined {
  if (runId !== undefined) return run12(runId);
  // In a cluster, the place is a namespace, which may be gone.
  return readRunMark({ names: [name, location], labels })?.run ?? findQuotedRun(name);
}

type OwnMarks = Pick<Candidate, "manual" | "expires">;

function ownMarks({ labels }: InventoryItem): OwnMarks {
  const expires = labels["bench-expires"];
  return {
    manual: isManual(labels),
    ...(expires === undefined ? {} : { expires: /^\d+$/.test(expires) ? Number(expires) : "never" }),
  };
}

function joined(one: OwnMarks | undefined, other: OwnMarks): OwnMarks {
  if (one === undefined) return other;
  const expires = later(one.expires, other.expires);
  return { manual: one.manual || other.manual, ...(expires === undefined ? {} : { expires }) };
}

function later(one: Candidate["expires"], other: Candidate["expires"]): Candidate["expires"] {
  if (one === undefined || other === undefined) return one ?? other;
  if (one === "never" || other === "never") return "never";
  return Math.max(one, other);
}
