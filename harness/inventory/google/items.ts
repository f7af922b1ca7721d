import type { InventoryItem } from "../../model/ports/inventory.ts";
import type { RunId } from "../../model/run-id.ts";
import { findLabelledRun, isManual, type RunMark } from "../../model/cloud/run-mark.ts";
import type { FoundGoogleResource } from "./collect.ts";
import { mayBeOrphan } from "./controllers.ts";
import { PEERING } from "./kinds.ts";
import { textAt } from "./raw.ts";
import { list, record } from "./refusal.ts";

/** The item of a thing found; its id says which API deletes it and where. */
export function itemOf(found: FoundGoogleResource, runId: RunId | undefined, mark?: RunMark): InventoryItem {
  const { collection, path, kind, name, location, labels, createdAt } = found;
  return {
    id: `${collection.api}:${path}`,
    kind,
    name,
    labels,
    ...(location === undefined ? {} : { location }),
    ...(runId === undefined ? {} : { runId }),
    ...(mark?.doubt === undefined ? {} : { doubtful: mark.doubt.reason }),
    // Not the cluster's own machines and rules: they end with it, and waiting for them before would be in vain.
    ...(mayBeOrphan(name) ? { madeByController: true } : {}),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
}

/** The peerings of a network, each of which keeps it from being deleted. */
export function peeringsOf(
  network: FoundGoogleResource,
  runId: RunId | undefined,
  mark?: RunMark,
): readonly InventoryItem[] {
  if (network.kind !== "google_compute_network") return [];
  return list(network.raw["peerings"]).flatMap((peering) => {
    const name = textAt(record(peering), "name");
    if (name === undefined) return [];
    const item = itemOf(network, runId, mark);
    return [{ ...item, id: `${item.id}#${name}`, kind: PEERING, name }];
  });
}

/**
 * What carries no labels takes part of its run's from the rest of the run: that somebody made it by hand, and when
 * it ends. Without it a network of an environment made by hand would look like one that nobody wants.
 */
export function withInheritedLabels(items: readonly InventoryItem[]): readonly InventoryItem[] {
  const labels = new Map<RunId, Record<string, string>>();
  for (const item of items) {
    const run = findLabelledRun(item.labels);
    if (run === undefined) continue;
    const known = labels.get(run) ?? { "bench-run": run };
    if (isManual(item.labels)) known["bench-managed"] = "manual";
    const expires = later(known["bench-expires"], item.labels["bench-expires"]);
    if (expires !== undefined) known["bench-expires"] = expires;
    labels.set(run, known);
  }
  return items.map((item) => ({
    ...item,
    labels: { ...(item.runId === undefined ? {} : labels.get(item.runId)), ...item.labels },
  }));
}

/** The later of two expiries; one that is no number never comes. */
function later(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (Number.isNaN(Number(one))) return one;
  return Number.isNaN(Number(other)) || Number(other) > Number(one) ? other : one;
}
