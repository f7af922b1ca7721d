import type { Cluster } from "../../../model/ports/cluster.ts";
import type { RunId } from "../../../model/run-id.ts";
import type { Clock } from "../../../tools/time/clock.ts";
import type { ClusterAccess } from "../../../kubernetes/access.ts";
import { kubernetesApi } from "../../../kubernetes/api.ts";
import { lookAtApiServer } from "../../../kubernetes/readiness.ts";
import { forgetUnfinishedReleases } from "../helm-records.ts";
import { isSelected, readNodes } from "./cluster-state.ts";

export interface SharedClusterOptions {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  readonly runId: RunId;
  /** The namespace of the run's releases. */
  readonly namespace: string;
  /** Labels of the nodes that a run may use. */
  readonly nodeSelector: Readonly<Record<string, string>>;
}

/** A cluster that a run uses and did not create. */
export function sharedCluster({
  access,
  clock,
  runId,
  namespace,
  nodeSelector,
}: SharedClusterOptions): Cluster {
  const call = kubernetesApi(access, clock);
  return {
    look: (signal) => lookAtApiServer(access, signal),
    nodes: async (signal) => {
      const listing = await readNodes(call, signal);
      if (listing.state === "failed") return { state: "unknown", reason: listing.reason };
      const selected = listing.items.filter((node) => isSelected(node, nodeSelector));
      return { state: "seen", nodes: selected.map(({ name, uid }) => ({ name, uid })) };
    },
    // Only in the run's namespace: a kubeconfig may be denied the others' secrets.
    forgetUnfinishedReleases: (signal) => forgetUnfinishedReleases(call, { runId, namespace }, signal),
  };
}
