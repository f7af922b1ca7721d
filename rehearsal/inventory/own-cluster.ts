import { itemKey } from "./key.ts";
import type { TwinItem } from "./item.ts";
import type { TwinStore } from "./store.ts";

/** The kind of a cluster that no stack makes. It is in no inventory, because nobody may remove it. */
export const OWN_CLUSTER = "own_cluster";

/** How many nodes such a cluster has: more than any size needs. */
const NODES = 20;

/** Returns the cluster that a context of a kubeconfig names. The twin has one for each name. */
export function ownTwinCluster(context: string): TwinItem {
  return {
    key: itemKey(OWN_CLUSTER, "", context),
    kind: OWN_CLUSTER,
    name: context,
    scope: "",
    labels: {},
    status: "ready",
    createdAt: new Date(0).toISOString(),
    origin: "controller",
    uses: [],
  };
}

/** Returns the names of its nodes, which have no labels of their own. */
export function ownNodeNames({ name }: TwinItem): readonly string[] {
  return Array.from({ length: NODES }, (_, index) => `${name}-node-${index}`);
}

/** Finds a cluster by its key, made by a stack or the user's own. */
export async function findClusterItem(store: TwinStore, key: string): Promise<TwinItem | undefined> {
  const [kind, , name] = key.split("--");
  return kind === OWN_CLUSTER && name !== undefined ? ownTwinCluster(name) : store.get(key);
}
