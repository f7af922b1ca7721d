import { type Environment, environmentSchema } from "../../../stacks/environment.ts";
import { benchLabels } from "../../../stacks/labels.ts";
import { ownNamespaces } from "../../../stacks/kubernetes/names.ts";
import { sharedCluster } from "../../inventory/kubernetes/shared/cluster.ts";
import { lookAtOthers } from "../../inventory/kubernetes/shared/others.ts";
import { podTroubles } from "../../inventory/kubernetes/shared/pod-troubles.ts";
import { sharedClusterInventory } from "../../inventory/kubernetes/shared/inventory.ts";
import type { ClusterAccess } from "../../kubernetes/access.ts";
import { kubernetesApi } from "../../kubernetes/api.ts";
import { childEnvironment } from "../../model/environment/child-environment.ts";
import type { Inventory } from "../../model/ports/inventory.ts";
import { clusterOfPlan, type CloudPlan, type Plan } from "../../pipeline/folder/plan.ts";
import type { RunFolder } from "../../pipeline/folder/run-folder.ts";
import { lockProviders } from "../../terraform/lock-providers.ts";
import { readJson } from "../../tools/files/json-file.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { composeChecks } from "../compose-checks.ts";
import { clusterObserver } from "../observer/cluster-observer.ts";
import { madePlaces } from "../observer/made-places.ts";
import { composeWorkers } from "../compose-workers.ts";
import type { PlacePorts } from "../place-ports.ts";
import type { WorkerRunner } from "../../model/ports/worker.ts";
import { jobCluster } from "../../workload/pods/cluster.ts";
import { canStayApart } from "../../workload/pods/coder-nodes.ts";
import { jobWorkerRunner } from "../../workload/pods/job-runner.ts";
import { ownPodMemory, SMALL_NEEDS } from "../../workload/pods/pod-needs.ts";
import { workerProgram } from "../worker-program.ts";
import { clusterUid } from "./look.ts";
import { reopenOwnCluster } from "./open.ts";

/**
 * How long a cluster takes to settle. Its API lists what there is at this moment; namespaces and volumes take minutes.
 */
export const OWN_CLUSTER_SETTLE = {
  quietMs: 5_000,
  controllersMs: 15 * 60_000,
  pollMs: 2_000,
  patienceMs: 20 * 60_000,
};

/** The ports of a run in a cluster of the user's own, which the run did not create and does not delete. */
export async function composeOwnCluster(
  folder: RunFolder,
  { plan, cloud, env }: { readonly plan: Plan; readonly cloud: CloudPlan; readonly env: NodeJS.ProcessEnv },
): Promise<PlacePorts> {
  const access = await reopenOwnCluster(clusterOfPlan(cloud), env);
  const environment = await readJson(folder.environment, environmentSchema);
  const { ownCluster } = environment;
  const inventory = ownClusterInventory(access, {
    context: clusterOfPlan(cloud).context,
    uid: cloud.project,
  });
  const { runId } = plan;
  const namespaces = ownNamespaces({ runId });
  const nodeSelector = ownCluster?.nodeSelector ?? {};
  const cluster = sharedCluster({
    ...{ access, clock: systemClock, runId, nodeSelector },
    namespace: namespaces.coder,
  });
  const call = kubernetesApi(access, systemClock);
  return {
    childEnv: childEnvironment("terraform", env),
    worker:
      plan.runner === "job" ? jobWorkers(environment, plan, access) : composeWorkers(folder, { plan, env }),
    inventory,
    settle: OWN_CLUSTER_SETTLE,
    checks: composeChecks(folder, { plan, env, inventory }),
    cluster: () => cluster,
    others: lookAtOthers({ call, runId, nodeSelector }),
    observer: {
      ...clusterObserver(() => Promise.resolve(access), namespaces),
      ...madePlaces(folder, plan),
    },
    podTroubles: podTroubles(call, [namespaces.coder, namespaces.workspaces, namespaces.load]),
    ...(plan.mirror === undefined || plan.mirror.startsWith("file:") ? {} : { lockProviders }),
  };
}

/** Workers in pods of the run's own namespace for them. */
function jobWorkers(environment: Environment, { size }: Plan, access: ClusterAccess): WorkerRunner {
  const { context = "", images, nodeSelector } = environment.ownCluster ?? {};
  const cluster = jobCluster(context, access, systemClock);
  return jobWorkerRunner({
    cluster,
    apartFromCoder: (signal) => canStayApart(cluster, nodeSelector ?? {}, signal),
    place: {
      namespace: ownNamespaces(environment).load,
      labels: benchLabels(environment),
      image: images?.generator,
      nodeSelector,
      memoryMib: ownPodMemory(size),
      needs: ({ task }) => (task === "load" ? (size.generatorPod ?? SMALL_NEEDS) : SMALL_NEEDS),
    },
    program: workerProgram,
  });
}

/** The inventory of one cluster. Another one at the same address cannot answer for it. */
export function ownClusterInventory(
  access: ClusterAccess,
  { context, uid }: { readonly context: string; readonly uid: string },
): Inventory {
  const inventory = sharedClusterInventory({ access, clock: systemClock, cluster: context });
  const call = kubernetesApi(access, systemClock);
  /** Why the answers would not be the cluster's. */
  const whyOther = async (signal: AbortSignal): Promise<string | undefined> => {
    const found = await clusterUid(call, signal);
    if (found.state === "unknown") return `it cannot be identified: ${found.reason}`;
    return found.uid === uid
      ? undefined
      : `another cluster answers there: its namespace kube-system has the uid ${found.uid}, expected ${uid}`;
  };
  return {
    list: async (query, signal) => {
      const reason = await whyOther(signal);
      if (reason === undefined) return inventory.list(query, signal);
      return { state: "failed", scope: `Kubernetes cluster ${context}`, reason, partial: [] };
    },
    remove: async (item, signal) => {
      const reason = await whyOther(signal);
      return reason === undefined ? inventory.remove(item, signal) : { state: "failed", reason };
    },
  };
}
