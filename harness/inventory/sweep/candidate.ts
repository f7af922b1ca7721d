import type { InventoryItem } from "../../model/inventory.ts";
import { RUN_ID_PATTERN, run12 } from "../../model/run-id.ts";
import { findRun12 } from "../run-mark.ts";

/** An item of an inventory with what its run's other items say where it says nothing itself. */
export interface Candidate {
  readonly item: InventoryItem;
  /** What names carry of its run's id, or the label where that is no run id; absent when nothing tells. */
  readonly run?: string;
  readonly manual: boolean;
  /** Unix seconds of `bench-expires`, the latest of its run; "never" where one is no number. */
  readonly expires?: number | "never";
}

/**
 * Reads an answer of an inventory. Kinds without labels take expiry and `bench-managed=manual` from their run: a
 * network of an environment made by hand must not look like one that nobody wants.
 */
export function candidatesOf(items: readonly InventoryItem[]): readonly Candidate[] {
  const runs = new Map<string, Pick<Candidate, "manual" | "expires">>();
  for (const item of items) {
    const run = runMark(item);
    if (run !== undefined) runs.set(run, joined(runs.get(run), ownMarks(item)));
  }
  return items.map((item) => {
    const run = runMark(item);
    return { item, ...(run === undefined ? ownMarks(item) : { run, ...(runs.get(run) ?? ownMarks(item)) }) };
  });
}

function runMark({ runId, labels, name }: InventoryItem): string | undefined {
  const run = runId ?? labels["bench-run"];
  if (run === undefined || run === "") return findRun12(name);
  return RUN_ID_PATTERN.test(run) ? run12(run) : run;
}

function ownMarks({ labels }: InventoryItem): Pick<Candidate, "manual" | "expires"> {
  const expires = labels["bench-expires"];
  return {
    manual: labels["bench-managed"] === "manual",
    ...(expires === undefined ? {} : { expires: /^\d+$/.test(expires) ? Number(expires) : "never" }),
  };
}

function joined(
  one: Pick<Candidate, "manual" | "expires"> | undefined,
  other: Pick<Candidate, "manual" | "expires">,
): Pick<Candidate, "manual" | "expires"> {
  if (one === undefined) return other;
  const expires = later(one.expires, other.expires);
  return { manual: one.manual || other.manual, ...(expires === undefined ? {} : { expires }) };
}

function later(one: Candidate["expires"], other: Candidate["expires"]): Candidate["expires"] {
  if (one === undefined || other === undefined) return one ?? other;
  if (one === "never" || other === "never") return "never";
  return Math.max(one, other);
}
