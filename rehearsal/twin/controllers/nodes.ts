import type { TwinItem } from "../../inventory/item.ts";
import { OWN_CLUSTER, ownNodeNames } from "../../inventory/own-cluster.ts";
import type { TwinStore } from "../../inventory/store.ts";
import type { Values } from "../values/value.ts";
import { valueAt } from "../values/walk.ts";

/** Names of the nodes of a cluster that have all of these labels: the pool's name and a number. */
export async function nodesWith(
  store: TwinStore,
  cluster: TwinItem,
  labels: Readonly<Record<string, unknown>>,
): Promise<readonly string[]> {
  if (cluster.kind === OWN_CLUSTER) return ownNodeNames(cluster);
  const pools = (await store.list(["google_container_node_pool", "aws_eks_node_group"])).filter(
    (pool) => pool.parent === cluster.key,
  );
  return pools
    .filter((pool) => {
      const own = (valueAt(pool.attributes, "node_config.0.labels") ??
        pool.attributes?.["labels"] ??
        {}) as Values;
      return Object.entries(labels).every(([key, value]) => own[key] === value);
    })
    .flatMap((pool) => Array.from({ length: sizeOf(pool) }, (_, index) => `${pool.name}-${index}`));
}

function sizeOf({ attributes }: TwinItem): number {
  return Number(attributes?.["node_count"] ?? valueAt(attributes, "scaling_config.0.desired_size") ?? 1);
}
