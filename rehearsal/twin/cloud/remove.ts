import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { diskOf } from "../../runner/disk.ts";
import { settledItem } from "../../inventory/item.ts";
import type { TwinItem } from "../../inventory/item.ts";
import { endProcessesBehind } from "../../inventory/marked-processes.ts";
import { endProcess } from "../../../harness/tools/process/local-process.ts";
import type { TwinStore } from "../../inventory/store.ts";
import { pathOf } from "./path.ts";
import { forgetKept } from "./vault.ts";

/**
 * The only kinds that may live in, belong to or use a thing of the kinds that come by the thousand: a sweep of those
 * must not read the whole inventory for each. Other kinds need the whole inventory. No process runs behind these.
 */
const DEPENDENT_KINDS: Readonly<Record<string, readonly string[]>> = {
  kubernetes_pod: [],
  kubernetes_persistent_volume_claim: [
    "google_compute_disk",
    "aws_ebs_volume",
    "kubernetes_persistent_volume",
  ],
  kubernetes_persistent_volume: [],
  aws_ebs_volume: [],
  google_compute_disk: ["google_compute_instance"],
  google_compute_firewall: [],
  docker_container: [],
  docker_volume: [],
};

/** How an item's removal went. */
export type Removal =
  { readonly state: "removed" | "gone" } | { readonly state: "in-use"; readonly by: string };

/** Durations in milliseconds of wall time. */
export interface TwinRemoveOptions {
  /** How long the thing itself still exists, in deletion. */
  readonly ms: number;
  /** How long what controllers made for it is still there, while its cluster lives. */
  readonly controllerMs: number;
}

/**
 * Removes a thing as its cloud would, with all that lives in it and their processes. Refused while something uses it.
 * Items that controllers made for it are deleted later if their cluster lives, and never when the cluster is deleted.
 */
export async function removeTwinItem(
  store: TwinStore,
  key: string,
  { ms, controllerMs }: TwinRemoveOptions,
): Promise<Removal> {
  const removed = await store.locked(async (): Promise<Removal | { items: TwinItem[] }> => {
    const item = await store.get(key);
    if (item === undefined) return { state: "gone" };
    const all = await store.list(DEPENDENT_KINDS[item.kind]);
    const inside = descendants(item, all);
    const goes = new Set([item, ...inside].map((one) => one.key));
    const user = all.find((one) => !goes.has(one.key) && one.uses.includes(key));
    if (user !== undefined) return { state: "in-use", by: pathOf(user) };
    await orphan(store, { all, goes, controllerMs, clusterGoes: isCluster(item) });
    await store.removeMany(inside.map((one) => one.key));
    if (ms > 0) await store.put({ ...item, status: "deleting", settlesAt: inMs(ms) });
    else await store.remove(key);
    return { items: [item, ...inside] };
  });
  if ("state" in removed) return removed;
  const root = dirname(store.directory);
  await endBehind(root, removed.items);
  for (const item of removed.items) forgetKept(root, item);
  return { state: "removed" };
}

/** Ends the processes of items, servers first, and deletes the files on a load runner's disk. */
async function endBehind(root: string, items: readonly TwinItem[]): Promise<void> {
  for (const { process: behind } of items)
    if (behind !== undefined) await endProcess(behind, { graceMs: 2_000 });
  const others = items.filter(({ kind }) => !(kind in DEPENDENT_KINDS));
  if (others.length > 0) await endProcessesBehind(root, new Set(others.map(({ key }) => key)));
  for (const { runner } of items)
    if (runner !== undefined) rmSync(diskOf(root, runner.host), { recursive: true, force: true });
}

/** Everything that lives in an item, by parent, and what in its cluster was made for it, by owner. */
function descendants(item: TwinItem, all: readonly TwinItem[]): TwinItem[] {
  const found: TwinItem[] = [];
  const keys = new Set([item.key]);
  const scopes = new Set(item.kind === "kubernetes_namespace" ? [`${item.scope}/${item.name}`] : []);
  for (let grown = true; grown;) {
    grown = false;
    for (const one of all) {
      if (keys.has(one.key)) continue;
      const lives =
        (one.parent !== undefined && keys.has(one.parent)) || (isInCluster(one) && scopes.has(one.scope));
      const belongs = one.owner !== undefined && keys.has(one.owner) && isInCluster(one);
      if (!lives && !belongs) continue;
      keys.add(one.key);
      found.push(one);
      grown = true;
    }
  }
  return found;
}

async function orphan(
  store: TwinStore,
  {
    all,
    goes,
    controllerMs,
    clusterGoes,
  }: {
    all: readonly TwinItem[];
    goes: ReadonlySet<string>;
    controllerMs: number;
    clusterGoes: boolean;
  },
): Promise<void> {
  for (const item of all) {
    if (goes.has(item.key)) continue;
    const isHalfGone = item.status === "deleting" && goes.has(String(item.attributes?.["cluster"]));
    if (!isHalfGone && (item.owner === undefined || !goes.has(item.owner))) continue;
    if (clusterGoes) {
      // Its controller no longer exists, so nothing deletes it automatically.
      await store.put(settledItem(item));
    } else {
      await store.put({ ...item, status: "deleting", settlesAt: inMs(controllerMs) });
    }
  }
}

function isInCluster({ kind }: TwinItem): boolean {
  return kind.startsWith("kubernetes_") || kind === "helm_release";
}

function isCluster({ kind }: TwinItem): boolean {
  return kind === "google_container_cluster" || kind === "aws_eks_cluster";
}

function inMs(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}
