import type { Cluster, ClusterNode, ClusterPlace } from "../../harness/model/ports/cluster.ts";
import type { TwinItem } from "../inventory/item.ts";
import { TWIN_CONTEXT } from "../../stacks/environment.ts";
import { ownNodeNames, ownTwinCluster } from "../inventory/own-cluster.ts";
import { openStore, type TwinStore } from "../inventory/store.ts";
import { isControlPlaneAway, PENDING } from "./cloud/control-plane.ts";
import { faultsMet } from "./planned-faults.ts";
import { inventoryFolder } from "./settings.ts";
import { templateHash } from "./values/template.ts";
import { valueAt } from "./values/walk.ts";

/** The attribute in which each kind of node pool holds its number of nodes. */
const NODE_COUNTS: Readonly<Record<string, string>> = {
  google_container_node_pool: "node_count",
  aws_eks_node_group: "scaling_config.0.desired_size",
};

/** A cluster of the twin: it works unless a planned fault takes its control plane away. */
export function twinCluster(
  root: string,
  { cluster: name }: ClusterPlace,
  faultsFile: string | undefined,
): Cluster {
  const open = (): TwinStore => openStore(inventoryFolder(root));
  const find = async (store: TwinStore): Promise<TwinItem | undefined> =>
    (await store.list(["google_container_cluster", "aws_eks_cluster"])).find((item) => item.name === name);
  return {
    look: async () => {
      if (name === TWIN_CONTEXT) return { state: "ready" };
      const cluster = await find(open());
      if (cluster?.status !== "ready")
        return { state: "away", reason: `its status is ${cluster?.status ?? "gone"}` };
      return isControlPlaneAway(cluster)
        ? { state: "away", reason: "its status is RECONCILING" }
        : { state: "ready" };
    },
    nodes: async () => {
      const store = open();
      const cluster = await find(store);
      const pools = await store.list(Object.keys(NODE_COUNTS));
      const nodes =
        name === TWIN_CONTEXT
          ? ownNodeNames(ownTwinCluster(name)).map((node) => ({ name: node, uid: node }))
          : pools.filter(({ parent }) => parent !== undefined && parent === cluster?.key).flatMap(nodesOf);
      const faults = await faultsMet(faultsFile, { op: "nodes", type: "*", name: "*" });
      const [first, ...rest] = nodes;
      if (first === undefined || faults.length === 0) return { state: "seen", nodes };
      return { state: "seen", nodes: [{ ...first, uid: `${first.uid}-replaced` }, ...rest] };
    },
    forgetUnfinishedReleases: async () => {
      const store = open();
      const unfinished = (await store.list(["helm_release"])).filter(
        ({ scope, attributes }) => scope.startsWith(`${name}/`) && attributes?.["status"] === PENDING,
      );
      await store.removeMany(unfinished.map(({ key }) => key));
      return unfinished.map(({ name: release }) => release);
    },
  };
}

function nodesOf({ key, kind, name, createdAt, attributes }: TwinItem): readonly ClusterNode[] {
  const count = Number(valueAt(attributes, NODE_COUNTS[kind] ?? "") ?? 0);
  return Array.from({ length: count }, (_, index) => ({
    name: `${name}-${index}`,
    uid: templateHash(`${key} ${createdAt} ${index}`).toString("hex").slice(0, 16),
  }));
}
