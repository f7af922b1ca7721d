import type { Json } from "../json.ts";
import type { Key } from "../store.ts";
import type { MockWorld } from "../world.ts";

/** A cluster with its node pools, which the store keeps apart, and as what an operation on it makes it. */
export function shownCluster(world: MockWorld, key: Key, cluster: Json): Json {
  const nodePools = poolsOf(world, key);
  const nodes = nodePools.reduce((sum, pool) => sum + Number(pool["initialNodeCount"] ?? 0), 0);
  const status = statusOf(world, key, cluster);
  return { ...cluster, status, currentNodeCount: nodes, ...(nodePools.length === 0 ? {} : { nodePools }) };
}

/** A cluster that an operation changes, or one of its pools, is RECONCILING meanwhile. */
function statusOf(world: MockWorld, key: Key, { status }: Json): unknown {
  const path = key.replace(/^container\//, "");
  const running = world.operations
    .list("container")
    .find(({ done, work }) => !done && (work.target === path || work.target.startsWith(`${path}/`)));
  if (running === undefined || status !== "RUNNING") return status;
  return running.work.type === "DELETE_CLUSTER" ? "STOPPING" : "RECONCILING";
}

/** The node pools of a cluster. */
export function poolsOf(world: MockWorld, cluster: Key): readonly Json[] {
  return world.store.below(`${cluster}/nodePools`).map(([, pool]) => pool);
}
