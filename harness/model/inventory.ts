import type { RunId } from "./run-id.ts";

/** One thing that exists, as an inventory that does not come from our state says. */
export interface InventoryItem {
  /** What `remove` needs to find it again; unique within one inventory. */
  readonly id: string;
  /** The kind in Terraform's words, such as `google_compute_network`. */
  readonly kind: string;
  readonly name: string;
  /** Region, zone, cluster or namespace, as the kind has it. */
  readonly location?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The run it belongs to, by label, by name, or by the network or cluster it lives in. */
  readonly runId?: RunId;
  /** Why nobody can say whose it is, as where its name and its label name two runs: counted as left, never removed. */
  readonly doubtful?: string;
  /** Made by a controller in a cluster (a load balancer, a volume's disk): it goes by itself while the cluster lives. */
  readonly madeByController?: boolean;
  /** ISO 8601; absent when the inventory does not know. */
  readonly createdAt?: string;
}

/** An answer is complete or it failed: only a complete one has `items`, so that no failure is read as an empty list. */
export type InventoryAnswer =
  | {
      readonly state: "complete";
      /** What was asked, for the verdict's words: "twin inventory of project refbench-twin". */
      readonly scope: string;
      readonly kinds: readonly string[];
      readonly items: readonly InventoryItem[];
    }
  | {
      readonly state: "failed";
      readonly scope: string;
      readonly reason: string;
      /** What was found before it failed: each of these exists, and there may be more. */
      readonly partial: readonly InventoryItem[];
    };

export type RemoveOutcome =
  | { readonly state: "removed" | "gone" }
  /** Something else still uses it: try again after that is gone. */
  | { readonly state: "in-use"; readonly reason: string }
  | { readonly state: "denied" | "throttled" | "failed"; readonly reason: string };

/** What an answer shows to exist, complete or not: good for removing, never for saying that nothing else is there. */
export function seenIn(answer: InventoryAnswer): readonly InventoryItem[] {
  return answer.state === "complete" ? answer.items : answer.partial;
}

/** What exists in one cloud, cluster or twin, for the sweep and the audit. */
export interface Inventory {
  /** Everything of one run, or of every refbench run when no run is named. Never throws for a cloud's refusal. */
  list(query: { readonly runId?: RunId }, signal: AbortSignal): Promise<InventoryAnswer>;
  /** Removes one item. "Not found" is `gone`. */
  remove(item: InventoryItem, signal: AbortSignal): Promise<RemoveOutcome>;
}
