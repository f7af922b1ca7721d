import type { CompleteListing, FailedListing } from "./listing.ts";
import type { RunId } from "../run-id.ts";

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
  /** What holds it while it is being deleted, such as finalizers. */
  readonly held?: string;
  /** Made by a controller in a cluster (a load balancer, a volume's disk): the controller deletes it while the cluster lives. */
  readonly madeByController?: boolean;
  /** ISO 8601; absent when the inventory does not know. */
  readonly createdAt?: string;
}

/** An inventory's listing, with what was asked for the verdict's words: "twin inventory of project refbench-twin". */
export type InventoryAnswer =
  | (CompleteListing<InventoryItem> & { readonly scope: string; readonly kinds: readonly string[] })
  | (FailedListing<InventoryItem> & { readonly scope: string });

export type RemoveOutcome =
  | { readonly state: "removed" | "gone" }
  /** Something else still uses it: try again after that is gone. */
  | { readonly state: "in-use"; readonly reason: string }
  | { readonly state: "denied" | "throttled" | "failed"; readonly reason: string };

/** Lists the resources in one cloud, cluster or twin, for the sweep and the audit. */
export interface Inventory {
  /** Everything of one run, or of every refbench run when no run is named. Never throws for a cloud's refusal. */
  list(query: { readonly runId?: RunId }, signal: AbortSignal): Promise<InventoryAnswer>;
  /** Removes one item. "Not found" is `gone`. */
  remove(item: InventoryItem, signal: AbortSignal): Promise<RemoveOutcome>;
}
