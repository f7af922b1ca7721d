import { join } from "node:path";
import type { InventoryItem } from "../model/ports/inventory.ts";
import { listFolder } from "../tools/files/local-files.ts";
import { KINDS_ALSO_MADE_BY_OTHERS } from "../model/kinds-also-made-by-others.ts";
import type { StageContext } from "./context/context.ts";
import type { StoredEntry, Stray } from "./folder/journal.ts";
import { CLUSTER_STACK } from "./stages/stack-terraform.ts";
import { listStacks } from "./list-stacks.ts";
import { findNamedResources, isSame, type NamedResource } from "./terraform-state.ts";

const STATE = "terraform.tfstate";

/**
 * Kinds that come and go with another resource, also without a cluster: a machine's disk, a network's routes
 * and peerings.
 */
const PARTS: ReadonlySet<string> = new Set([
  "google_compute_disk",
  "google_compute_route",
  "google_compute_network_peering",
]);

/** Terraform's kinds of a cloud. All other kinds live in a cluster or on a machine, and go with it. */
const OF_A_CLOUD = /^(google|aws)_/;

/**
 * The listed items that no Terraform state of the run names, although only Terraform makes their kind: either
 * an apply created and lost them, or somebody else made them. A later list without one of them is believed
 * only if something deleted it. Returns nothing if a state cannot be read here, because its names are then
 * unknown.
 */
export async function findStrays(
  { folder, environment }: StageContext,
  items: readonly InventoryItem[],
): Promise<readonly Stray[]> {
  if (environment.stateBucket != null) return [];
  const stacks = await listStacks(folder);
  const hasCluster = stacks.some((stack) => stack.endsWith(CLUSTER_STACK));
  const candidates = items.filter((item) => isOnlyByTerraform(item, hasCluster));
  if (candidates.length === 0) return [];
  const named: NamedResource[] = [];
  for (const stack of stacks) {
    const state = await findNamedResources(join(folder.stack(stack), STATE));
    const hasState = (await listFolder(folder.stack(stack))).some(({ name }) => name === STATE);
    if (state === undefined && hasState) return [];
    named.push(...(state ?? []));
  }
  return candidates
    .filter((item) => !isNamed(item, candidates, named))
    .map(({ id, kind, name }) => ({ id, kind, name }));
}

/**
 * Whether a state may name the item. Some kinds have other names in a state than in an inventory. So a
 * resource that the state names and no list shows may be any item of its kind without another match.
 */
function isNamed(
  item: InventoryItem,
  items: readonly InventoryItem[],
  named: readonly NamedResource[],
): boolean {
  const ofKind = named.filter(({ kind }) => kind === item.kind);
  return ofKind.some((resource) => isSame(resource, item) || !items.some((other) => isSame(resource, other)));
}

function isOnlyByTerraform(
  { kind, labels, madeByController, doubtful }: InventoryItem,
  hasCluster: boolean,
): boolean {
  if (!OF_A_CLOUD.test(kind) || madeByController === true || doubtful !== undefined) return false;
  // Resources of Coder's builds and of people are not refbench's to delete.
  if (["coder", "manual"].includes(labels["bench-managed"] ?? "")) return false;
  return hasCluster ? !Object.hasOwn(KINDS_ALSO_MADE_BY_OTHERS, kind) : !PARTS.has(kind);
}

/** The strays of a run with an unknown end: not swept, not in a state, and not successfully deleted. */
export function listStrays(entries: readonly StoredEntry[]): readonly Stray[] {
  const strays = new Map<string, Stray>();
  for (const entry of entries) {
    if (entry.type === "inventory-seen") for (const stray of entry.strays ?? []) strays.set(stray.id, stray);
    else if (entry.type === "swept") strays.delete(entry.id);
    else if (entry.type === "stray" && entry.fate !== "refused") strays.delete(entry.id);
    else if (entry.type === "stray")
      strays.set(entry.id, { id: entry.id, kind: entry.kind, name: entry.name });
  }
  return [...strays.values()];
}

/**
 * Records in the journal which strays the stack's state now names: from here on the stack's destroy covers
 * them.
 */
export async function noteAdoptedStrays({ folder, journal }: StageContext, stack: string): Promise<void> {
  const strays = listStrays((await journal.read()).entries);
  if (strays.length === 0) return;
  const named = (await findNamedResources(join(folder.stack(stack), STATE))) ?? [];
  for (const stray of strays.filter((item) => named.some((resource) => isSame(resource, item))))
    await journal.append({ type: "stray", ...stray, fate: "in-state" });
}
