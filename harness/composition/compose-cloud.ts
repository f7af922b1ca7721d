import { sdkClients } from "../inventory/aws/clients.ts";
import { awsCluster } from "../inventory/aws/cluster.ts";
import { awsInventory } from "../inventory/aws/inventory.ts";
import { googleAuth } from "../inventory/google/auth.ts";
import { googleCluster } from "../inventory/google/cluster.ts";
import { googleEndpoints } from "../inventory/google/endpoints.ts";
import { checkExpiry } from "../inventory/google/expiry.ts";
import { googleInventory, type GoogleInventoryOptions } from "../inventory/google/inventory.ts";
import { readMachines } from "../inventory/google/machines.ts";
import type { ListedCluster } from "../inventory/kubernetes/cluster.ts";
import { withClusters } from "../inventory/kubernetes/with-clusters.ts";
import { systemClock } from "../tools/time/clock.ts";
import { childEnvironment } from "../model/environment/child-environment.ts";
import type { ClusterPlace } from "../model/ports/cluster.ts";
import type { Inventory } from "../model/ports/inventory.ts";
import type { RunId } from "../model/run-id.ts";
import { environmentSchema } from "../../stacks/environment.ts";
import type { Ports } from "../pipeline/context/context.ts";
import { readJson } from "../tools/files/json-file.ts";
import type { CloudPlan, Plan } from "../pipeline/folder/plan.ts";
import type { RunFolder } from "../pipeline/folder/run-folder.ts";
import { lockProviders } from "../terraform/lock-providers.ts";
import { composeChecks } from "./compose-checks.ts";
import { awsFigures, googleFigures } from "./observer/cloud-figures.ts";
import { madeClusterObserver } from "./observer/made-cluster.ts";
import { madePlaces } from "./observer/made-places.ts";
import type { PlacePorts } from "./place-ports.ts";
import { refuseOtherCloud } from "./refuse-other-cloud.ts";
import { composeOwnCluster } from "./own-cluster/compose.ts";
import { composeWorkers } from "./compose-workers.ts";
import { generatorWorkers } from "./generator-workers.ts";

/**
 * How long clouds take to settle. Deleted resources stay listed for a while, and controllers take minutes. A cluster or
 * database that a killed apply began is completed, in up to 18 minutes, before it can be deleted.
 */
export const CLOUD_SETTLE = {
  quietMs: 30_000,
  controllersMs: 15 * 60_000,
  pollMs: 5_000,
  patienceMs: 20 * 60_000,
};

/** The ports of a real run. Everything comes from its plan, except credentials, which come from the environment. */
export async function composeCloud(
  folder: RunFolder,
  { plan, cloud, env }: { readonly plan: Plan; readonly cloud: CloudPlan; readonly env: NodeJS.ProcessEnv },
): Promise<PlacePorts> {
  refuseOtherCloud(folder, cloud, env);
  if (cloud.provider === "kubernetes") return composeOwnCluster(folder, { plan, cloud, env });
  const ofCloud = inventoryOf(cloud, env);
  // The clusters of an emulated cloud have no API server.
  const cluster = cloud.emulated ? undefined : clusterOf(plan, cloud, env);
  const { runId } = plan;
  return {
    childEnv: childEnvironment("terraform", env),
    worker:
      plan.runner === "job" && cluster !== undefined
        ? generatorWorkers(folder, { plan, openCluster: cluster })
        : composeWorkers(folder, { plan, env }),
    inventory:
      cluster === undefined
        ? ofCloud
        : withClusters({ cloud: ofCloud, openCluster: (name) => cluster({ ...cloud, cluster: name }) }),
    settle: CLOUD_SETTLE,
    checks: composeChecks(folder, { plan, env, inventory: ofCloud }),
    ...(cloud.provider === "google"
      ? {
          hardEnds: hardEndsOf(folder, { cloud, env, runId }),
          machines: (sinceMs: number, signal: AbortSignal) =>
            readMachines(googleOptions(cloud, env), { runId, zone: cloud.zone }, sinceMs, signal),
        }
      : {}),
    ...(cluster === undefined ? {} : { cluster }),
    observer: {
      ...madePlaces(folder, plan),
      ...(cloud.provider === "google"
        ? googleFigures(folder, googleOptions(cloud, env))
        : awsFigures(folder, plan, cloud, env)),
      ...(cluster === undefined ? {} : madeClusterObserver(folder, cluster)),
    },
    ...(mayMove(plan) && !cloud.emulated ? { lockProviders } : {}),
  };
}

function inventoryOf(cloud: CloudPlan, env: NodeJS.ProcessEnv): Inventory {
  const { provider, project, region } = cloud;
  if (provider === "aws")
    return awsInventory({ account: project, region, env, clients: sdkClients(region, env) });
  return googleInventory(googleOptions(cloud, env));
}

function clusterOf(
  { runId }: Plan,
  cloud: CloudPlan,
  env: NodeJS.ProcessEnv,
): (place: ClusterPlace) => ListedCluster {
  if (cloud.provider === "google") return (place) => googleCluster(googleOptions(cloud, env), place, runId);
  const childEnv = childEnvironment("terraform", env);
  const clients = sdkClients(cloud.region, env);
  return (place) => awsCluster({ clients, clock: systemClock, env: childEnv }, place, runId);
}

function googleOptions({ project }: CloudPlan, env: NodeJS.ProcessEnv): GoogleInventoryOptions {
  return { project, auth: googleAuth(env), endpoints: googleEndpoints(env), clock: systemClock };
}

function hardEndsOf(
  folder: RunFolder,
  {
    cloud,
    env,
    runId,
  }: { readonly cloud: CloudPlan; readonly env: NodeJS.ProcessEnv; readonly runId: RunId },
): NonNullable<Ports["hardEnds"]> {
  return async (signal) => {
    const { expiresAt } = await readJson(folder.environment, environmentSchema);
    if (expiresAt === null) return { state: "checked", problems: [] };
    return checkExpiry(googleOptions(cloud, env), { runId, expiresAtMs: expiresAt * 1_000 }, signal);
  };
}

/** Whether a machine of another platform may have to tear the run down. */
function mayMove({ mirror }: Plan): boolean {
  return mirror !== undefined && !mirror.startsWith("file:");
}
