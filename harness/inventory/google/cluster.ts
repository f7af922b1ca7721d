import { z } from "zod";
import type { Cluster, ClusterPlace, ControlPlaneLook, NodesAnswer } from "../../model/ports/cluster.ts";
import type { RunId } from "../../model/run-id.ts";
import { type ClusterAccess, kubernetesApi } from "../kubernetes/api.ts";
import { forgetUnfinishedReleases } from "../kubernetes/helm-records.ts";
import { lookAtApiServer } from "../kubernetes/readiness.ts";
import { googleApi } from "./api.ts";
import type { GoogleInventoryOptions } from "./inventory.ts";
import { listInZone } from "./machines.ts";
import { textAt } from "./raw.ts";

/** The parts of `projects.locations.clusters.get` that say whether it works and where. */
const clusterAnswer = z.object({
  status: z.string(),
  controlPlaneEndpointsConfig: z.object({ dnsEndpointConfig: z.object({ endpoint: z.string() }) }),
});

/** Label that GKE puts on the machine of each node. */
const CLUSTER_LABEL = "goog-k8s-cluster-name";

/** A cluster of GKE, asked at its DNS endpoint with the credentials of its cloud, as Terraform's providers ask it. */
export function googleCluster(
  options: Pick<GoogleInventoryOptions, "project" | "auth" | "endpoints" | "clock" | "dispatcher">,
  { zone, cluster }: ClusterPlace,
  runId: RunId,
): Cluster {
  const call = googleApi(options);
  const token = async (): Promise<string> =>
    ((await options.auth.headers())["authorization"] ?? "").replace(/^Bearer /, "");
  let access: ClusterAccess | undefined;

  const look = async (signal: AbortSignal): Promise<ControlPlaneLook> => {
    const path = `projects/${options.project}/locations/${zone}/clusters/${cluster}`;
    const answer = await call({ api: "container", method: "GET", path }, signal);
    if (answer.state !== "ok") return { state: "unknown", reason: `${answer.state}: ${answer.reason}` };
    const { success, data } = clusterAnswer.safeParse(answer.body);
    if (!success) return { state: "unknown", reason: "Google's answer has no status or no DNS endpoint" };
    if (data.status !== "RUNNING") return { state: "away", reason: `its status is ${data.status}` };
    const { endpoint } = data.controlPlaneEndpointsConfig.dnsEndpointConfig;
    access = { server: `https://${endpoint}`, token, dispatcher: options.dispatcher };
    return lookAtApiServer(access, signal);
  };

  return {
    look,
    nodes: async (signal): Promise<NodesAnswer> => {
      const where = `projects/${options.project}/zones/${zone}/instances`;
      const found = await listInZone(call, where, `labels.${CLUSTER_LABEL} = "${cluster}"`, signal);
      if (typeof found === "string") return { state: "unknown", reason: found };
      const nodes = found.map((raw) => {
        const cpuPlatform = textAt(raw, "cpuPlatform");
        return {
          name: textAt(raw, "name") ?? "",
          uid: textAt(raw, "id") ?? "",
          ...(cpuPlatform === undefined ? {} : { cpuPlatform }),
        };
      });
      return { state: "seen", nodes };
    },
    forgetUnfinishedReleases: async (signal) => {
      if (access === undefined) await look(signal);
      return access === undefined
        ? []
        : forgetUnfinishedReleases(kubernetesApi(access, options.clock), runId, signal);
    },
  };
}
