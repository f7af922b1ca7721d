import { z } from "zod";
import type { ClusterPlace, NodesAnswer } from "../../model/ports/cluster.ts";
import type { RunId } from "../../model/run-id.ts";
import { tokenAccess } from "../../kubernetes/access.ts";
import { type ClusterReport, type ListedCluster, ownCluster } from "../kubernetes/cluster.ts";
import { googleApi } from "./api.ts";
import type { GoogleInventoryOptions } from "./inventory.ts";
import { listInZone } from "./machines.ts";
import { textAt } from "./raw.ts";

/** The parts of `projects.locations.clusters.get` that report its state and its address. */
const clusterAnswer = z.object({
  status: z.string(),
  controlPlaneEndpointsConfig: z
    .object({ dnsEndpointConfig: z.object({ endpoint: z.string().optional() }).optional() })
    .optional(),
});

/** Label that GKE puts on the machine of each node. */
const CLUSTER_LABEL = "goog-k8s-cluster-name";

/** Returns a cluster of GKE. It is called at its DNS endpoint with the cloud's credentials, like Terraform's providers do. */
export function googleCluster(
  options: Pick<GoogleInventoryOptions, "project" | "auth" | "endpoints" | "clock" | "dispatcher">,
  { zone, cluster }: ClusterPlace,
  runId: RunId,
): ListedCluster {
  const call = googleApi(options);
  const token = async (): Promise<string> =>
    ((await options.auth.headers())["authorization"] ?? "").replace(/^Bearer /, "");

  const find = async (signal: AbortSignal): Promise<ClusterReport> => {
    const path = `projects/${options.project}/locations/${zone}/clusters/${cluster}`;
    const answer = await call({ api: "container", method: "GET", path }, signal);
    if (answer.state !== "ok") {
      const state = answer.state === "gone" ? "gone" : "unknown";
      return { state, reason: `${answer.state}: ${answer.reason}` };
    }
    const { success, data } = clusterAnswer.safeParse(answer.body);
    if (!success) return { state: "unknown", reason: "Google's answer has no status" };
    const { status, controlPlaneEndpointsConfig } = data;
    const endpoint = controlPlaneEndpointsConfig?.dnsEndpointConfig?.endpoint ?? "";
    const server = `https://${endpoint}`;
    const access = tokenAccess({ server, token, dispatcher: options.dispatcher });
    return {
      state: "found",
      status,
      isRunning: status === "RUNNING",
      holdsNothing: ["PROVISIONING", "STOPPING"].includes(status),
      ...(endpoint === "" ? {} : { access }),
    };
  };

  const nodes = async (signal: AbortSignal): Promise<NodesAnswer> => {
    const where = `projects/${options.project}/zones/${zone}/instances`;
    const found = await listInZone(call, where, `labels.${CLUSTER_LABEL} = "${cluster}"`, signal);
    if (typeof found === "string") return { state: "unknown", reason: found };
    const seen = found.map((raw) => {
      const cpuPlatform = textAt(raw, "cpuPlatform");
      return {
        name: textAt(raw, "name") ?? "",
        uid: textAt(raw, "id") ?? "",
        ...(cpuPlatform === undefined ? {} : { cpuPlatform }),
      };
    });
    return { state: "seen", nodes: seen };
  };

  return ownCluster({ name: cluster, runId, clock: options.clock, find, nodes });
}
