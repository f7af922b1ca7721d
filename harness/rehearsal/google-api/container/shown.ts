import type { Json } from "../json.ts";
import type { Key } from "../store.ts";
import type { World } from "../world.ts";

/** A cluster with its node pools, which the store keeps apart. */
export function shownCluster(world: World, key: Key, cluster: Json): Json {
  const nodePools = poolsOf(world, key);
  const nodes = nodePools.reduce((sum, pool) => sum + Number(pool["initialNodeCount"] ?? 0), 0);
  return { ...cluster, currentNodeCount: nodes, ...(nodePools.length === 0 ? {} : { nodePools }) };
}

/** The node pools of a cluster. */
export function poolsOf(world: World, cluster: Key): readonly Json[] {
  return world.store.below(`${cluster}/nodePools`).map(([, pool]) => pool);
}
