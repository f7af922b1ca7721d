import { KUBERNETES_CHECKS } from "../../inventory/preflight/kubernetes/checks.ts";
import type { KubernetesContext } from "../../inventory/preflight/kubernetes/context.ts";
import { parseSkips } from "../../inventory/preflight/choose-checks.ts";
import { kubectlFor, kubernetesOwnerMarker } from "../../inventory/sweep/owner-marker/kubernetes.ts";
import { preflightReport, type PreflightReport } from "../../inventory/preflight/report.ts";
import { runChecks } from "../../inventory/preflight/run-checks.ts";
import { sharedClusterInventory } from "../../inventory/kubernetes/shared/inventory.ts";
import { kubernetesApi } from "../../kubernetes/api.ts";
import { shellWord } from "../../tools/shell-word.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { lookAtOwnCluster } from "../own-cluster/look.ts";
import { openOwnCluster, reopenOwnCluster } from "../own-cluster/open.ts";
import { ownPodMemory, POD_PLACE } from "../../workload/pods/pod-needs.ts";
import { planParts } from "../../workload/parts/plan-parts.ts";
import { loadOfSize } from "../../workload/parts/load-of-size.ts";
import { type Asker, buildCommonContext, type PreflightRequest } from "./request.ts";

/** Runs the checks in the cluster that the request names. */
export async function askKubernetes(
  request: PreflightRequest,
  io: Asker,
  signal: AbortSignal,
): Promise<PreflightReport> {
  const skip = parseSkips(request.skip, []);
  const { ownCluster = {}, run } = request;
  const opened =
    run?.cluster === undefined
      ? await openOwnCluster(ownCluster, io)
      : { place: run.cluster, access: await reopenOwnCluster(run.cluster, io.env) };
  const { place, access } = opened;
  const { uid } = await lookAtOwnCluster(opened, ownCluster, signal);
  const call = kubernetesApi(access, systemClock);
  const context: KubernetesContext = {
    ...buildCommonContext(request, io),
    project: uid,
    cluster: place,
    choice: ownCluster,
    access,
    call,
    marker: kubernetesOwnerMarker(call, place),
    kubectl: kubectlFor(place),
    parts: request.runner === "job" ? generatorPods(request) : 0,
    inventory:
      run?.inventory ?? sharedClusterInventory({ access, clock: systemClock, cluster: place.context }),
    sweepCommand: `refbench sweep --kubeconfig ${shellWord(place.kubeconfig)} --context ${shellWord(place.context)}`,
  };
  return preflightReport(context, false, await runChecks(KUBERNETES_CHECKS, context, signal, { skip }));
}

/** Into how many pods the Job of a run splits the load of its size. */
export function generatorPods({
  size: { figures },
  tls,
}: {
  readonly size: Pick<PreflightRequest["size"], "figures">;
  readonly tls: boolean;
}): number {
  const place = { ...POD_PLACE, memoryMib: ownPodMemory(figures), isTls: tls };
  return planParts(loadOfSize(figures), place).parts;
}
