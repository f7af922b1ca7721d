import { seenIn } from "../../../model/ports/listing.ts";
import type { Cluster } from "../../../model/ports/cluster.ts";
import type { RunId } from "../../../model/run-id.ts";
import type { Clock } from "../../../tools/time/clock.ts";
import type { ClusterAccess } from "../../../kubernetes/access.ts";
import { kubernetesApi } from "../../../kubernetes/api.ts";
import { lookAtApiServer } from "../../../kubernetes/readiness.ts";
import { forgetUnfinishedReleases } from "../helm-records.ts";
import { listNodes } from "../nodes.ts";

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
      const listing = await listNodes(call, nodeSelector, signal);
      if (listing.state === "failed") return { state: "unknown", reason: listing.reason };
      return {
        state: "seen",
        nodes: seenIn(listing).map(({ metadata: { name, uid } }) => ({ name, uid })),
      };
    },
    // Only in the run's namespace: a kubeconfig may be denied the others' secrets.
    forgetUnfinishedReleases: (signal) => forgetUnfinishedReleases(call, { runId, namespace }, signal),
  };
}
