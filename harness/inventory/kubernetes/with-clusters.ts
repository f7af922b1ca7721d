import type { Inventory, InventoryAnswer, InventoryItem } from "../../model/ports/inventory.ts";
import { seenIn } from "../../model/ports/listing.ts";
import type { ListedCluster } from "./cluster.ts";

/** Kinds of clusters as Terraform types. */
const CLUSTER_KINDS: ReadonlySet<string> = new Set(["google_container_cluster", "aws_eks_cluster"]);

/** The id of an object in a cluster: the cluster's name, and the object's path in its API. */
const IN_CLUSTER = /^kubernetes:([^:]+):(\/.*)$/;

export interface WithClustersOptions {
  /** Lists the cloud, clusters included. */
  readonly cloud: Inventory;
  /** Opens the run's cluster with this name. */
  readonly openCluster: (name: string) => Pick<ListedCluster, "openContents">;
}

/**
 * An inventory of a cloud and of the clusters that it lists. A cluster that the cloud no longer lists is gone with
 * everything in it. A cluster that is listed and cannot be asked makes the answer fail: nobody knows what is in it.
 */
export function withClusters({ cloud, openCluster }: WithClustersOptions): Inventory {
  return {
    async list(query, signal) {
      const answer = await cloud.list(query, signal);
      const clusters = seenIn(answer).filter(({ kind }) => CLUSTER_KINDS.has(kind));
      const inside: InventoryAnswer[] = [];
      for (const { name } of clusters) {
        const contents = await openCluster(name).openContents(signal);
        if (contents.state === "open")
          inside.push(inCluster(name, await contents.inventory.list(query, signal)));
        if (contents.state === "unknown") inside.push(unlisted(name, contents.reason));
      }
      return inside.reduce(join, answer);
    },
    async remove(item, signal) {
      const [, name, path] = IN_CLUSTER.exec(item.id) ?? [];
      if (name === undefined || path === undefined) return cloud.remove(item, signal);
      const contents = await openCluster(name).openContents(signal);
      if (contents.state === "none") return { state: "gone" };
      if (contents.state === "unknown") return { state: "failed", reason: contents.reason };
      return contents.inventory.remove({ ...item, id: path }, signal);
    },
  };
}

function unlisted(cluster: string, reason: string): InventoryAnswer {
  const scope = `Kubernetes cluster ${cluster}`;
  return { state: "failed", scope, reason: `${scope} cannot be listed: ${reason}`, partial: [] };
}

function inCluster(cluster: string, answer: InventoryAnswer): InventoryAnswer {
  const named = (items: readonly InventoryItem[]): readonly InventoryItem[] =>
    items.map((item) => ({ ...item, id: `kubernetes:${cluster}:${item.id}` }));
  if (answer.state === "complete") return { ...answer, items: named(answer.items) };
  return { ...answer, reason: `${answer.scope}: ${answer.reason}`, partial: named(answer.partial) };
}

/** Joins two answers. Objects in a cluster come first, because it must be removed before its cluster. */
function join(outer: InventoryAnswer, inner: InventoryAnswer): InventoryAnswer {
  const scope = `${outer.scope} and ${inner.scope}`;
  const items = [...seenIn(inner), ...seenIn(outer)];
  if (outer.state === "complete" && inner.state === "complete")
    return { state: "complete", scope, kinds: [...outer.kinds, ...inner.kinds], items };
  const reasons = [outer, inner].flatMap((answer) => (answer.state === "failed" ? [answer.reason] : []));
  return { state: "failed", scope, reason: reasons.join("; "), partial: items };
}
