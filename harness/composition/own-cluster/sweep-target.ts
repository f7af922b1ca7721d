import { sharedClusterInventory } from "../../inventory/kubernetes/shared/inventory.ts";
import { kubernetesOwnerMarker } from "../../inventory/sweep/owner-marker/kubernetes.ts";
import type { OwnerMarker } from "../../inventory/sweep/owner-marker/owner-marker.ts";
import type { SweepTarget } from "../../inventory/sweep/question.ts";
import { kubernetesApi } from "../../kubernetes/api.ts";
import { systemClock } from "../../tools/time/clock.ts";
import type { Io } from "../settings/io.ts";
import { OWN_CLUSTER_SETTLE } from "./compose.ts";
import { openOwnCluster } from "./open.ts";

/**
 * A cluster that runs only use, to sweep. It is named by the address of its API, so that the heartbeat of its sweeps
 * can be read while the API is away.
 * @throws RefbenchError `usage` when the kubeconfig does not name the context
 */
export async function ownClusterTarget(
  { kubeconfig = "", context }: { readonly kubeconfig?: string | undefined; readonly context: string },
  io: Pick<Io, "env" | "cwd">,
): Promise<SweepTarget & { readonly marker: OwnerMarker }> {
  // An empty variable counts as not set.
  const { place, access } = await openOwnCluster(
    kubeconfig === "" ? { context } : { kubeconfig, context },
    io,
  );
  return {
    name: `kubernetes/${place.server}`,
    inventory: sharedClusterInventory({ access, clock: systemClock, cluster: context }),
    settle: OWN_CLUSTER_SETTLE,
    marker: kubernetesOwnerMarker(kubernetesApi(access, systemClock), place),
  };
}
