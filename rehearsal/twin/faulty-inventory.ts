import type { Inventory, InventoryAnswer, InventoryItem } from "../../harness/model/ports/inventory.ts";
import { seenIn } from "../../harness/model/ports/listing.ts";
import { cloudWords } from "./cloud/cloud-error.ts";
import { faultsMet, STUCK } from "./planned-faults.ts";

/** The faults of deletes that a sweep meets as terraform does. */
const PLAYED = ["stuck-delete", "in-use", "throttle"] as const;

const CLUSTER_KINDS: readonly string[] = ["google_container_cluster", "aws_eks_cluster"];

/** The twin's inventory with the faults of a file: failed, partial or late answers, and deletes that are stuck. */
export function withInventoryFaults(inventory: Inventory, faultsFile: string | undefined): Inventory {
  if (faultsFile === undefined) return inventory;
  return {
    async list(query, signal) {
      let answer = await inventory.list(query, signal);
      for (const fault of await faultsMet(faultsFile, { op: "list", type: "*", name: "*" })) {
        if (fault.do === "fail") answer = failed(answer, []);
        if (fault.do === "partial")
          answer = failed(answer, seenIn(answer).slice(0, Math.floor(seenIn(answer).length / 2)));
        if (fault.do === "cluster-denied") answer = withoutClusters(answer);
        if (fault.do === "late" && answer.state === "complete")
          answer = { ...answer, items: answer.items.filter((item) => ageOf(item) >= fault.ms) };
      }
      return answer;
    },
    async remove(item, signal) {
      const met = await faultsMet(faultsFile, {
        op: "delete",
        type: item.kind,
        name: item.name,
        plays: PLAYED,
      });
      for (const fault of met) {
        if (fault.do === "stuck-delete") return { state: "failed", reason: STUCK };
        if (fault.do === "in-use")
          return { state: "in-use", reason: cloudWords(item.kind).inUse(item.name, fault.message) };
        if (fault.do === "throttle") return { state: "throttled", reason: fault.message };
      }
      return inventory.remove(item, signal);
    },
  };
}

/** The answer where a listed cluster denies the lists of what is in it. A cluster that is gone is not asked. */
function withoutClusters(answer: InventoryAnswer): InventoryAnswer {
  const items = seenIn(answer);
  const cluster = items.find(({ kind }) => CLUSTER_KINDS.includes(kind));
  if (cluster === undefined) return answer;
  const message = `namespaces is forbidden: User "planned" cannot list resource "namespaces" in API group "" at the cluster scope (403)`;
  return {
    state: "failed",
    scope: answer.scope,
    reason: `Kubernetes cluster ${cluster.name}: kubernetes_namespace_v1: denied: ${message}`,
    partial: items.filter(({ kind }) => !isInCluster(kind)),
  };
}

function isInCluster(kind: string): boolean {
  return kind.startsWith("kubernetes_") || kind === "helm_release";
}

function failed({ scope }: InventoryAnswer, partial: readonly InventoryItem[]): InventoryAnswer {
  const reason =
    partial.length === 0 ? "503 from the inventory (planned)" : "503 from a part of it (planned)";
  return { state: "failed", scope, reason, partial };
}

function ageOf({ createdAt }: InventoryItem): number {
  return createdAt === undefined ? Infinity : Date.now() - Date.parse(createdAt);
}
