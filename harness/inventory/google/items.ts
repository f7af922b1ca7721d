import type { InventoryItem } from "../../model/ports/inventory.ts";
import type { RunId } from "../../model/run-id.ts";
import { findLabelledRun, isManual, type RunMark } from "../../model/cloud/run-mark.ts";
import type { FoundGoogleResource } from "./collect.ts";
import { mayBeOrphan } from "./controllers.ts";
import { PEERING } from "./kinds.ts";
import { textAt } from "./raw.ts";
import { list, record } from "./refusal.ts";

/** Returns the item of a find. Its id contains the API and the path of its delete. */
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
    // Without the cluster's own machines and rules: they end with it, so waiting for them before is futile.
    ...(mayBeOrphan(name) ? { madeByController: true } : {}),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
}

/** Returns the peerings of a network. Each prevents the deletion of the network. */
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
 * Gives resources without labels the run's `manual` mark and expiry. Otherwise the network of a manual environment
 * would look abandoned.
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

/** Returns the later of two expiries. A value that is not a number never expires. */
function later(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (Number.isNaN(Number(one))) return one;
  return Number.isNaN(Number(other)) || Number(other) > Number(one) ? other : one;
}
