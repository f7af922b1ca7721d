import type { Architecture } from "../../../reference-architectures/architecture.ts";
import type { MissingTool } from "../../inventory/preflight/context.ts";
import type { Plan } from "../../pipeline/folder/plan.ts";
import { findOnPath, tunnelTool } from "../runner/tunnel-tool.ts";

/** The programs that give Terraform's providers a token for a cluster. */
const CLUSTER_TOOLS: Readonly<Partial<Record<Architecture["carriedBy"], Omit<MissingTool, "why">>>> = {
  gke: {
    tool: "gke-gcloud-auth-plugin",
    next: "install it: gcloud components install gke-gcloud-auth-plugin, or the package google-cloud-cli-gke-gcloud-auth-plugin",
  },
  eks: {
    tool: "aws",
    next: "install AWS's command line: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
  },
};

/** Lists the clouds' programs that a run of the architecture needs and that are not on this machine's PATH. */
export async function missingTools(
  { cloud, carriedBy }: Pick<Architecture, "cloud" | "carriedBy">,
  runner: Plan["runner"],
  env: NodeJS.ProcessEnv,
): Promise<readonly MissingTool[]> {
  const missing: MissingTool[] = [];
  const ofCluster = CLUSTER_TOOLS[carriedBy];
  if (ofCluster !== undefined && (await findOnPath(ofCluster.tool, env)) === undefined)
    missing.push({ ...ofCluster, why: "Terraform enters the cluster with it" });
  const tunnel = runner === "network" && cloud !== "kubernetes" ? await tunnelTool(cloud, env) : undefined;
  if (tunnel?.state === "missing" && tunnel.tool !== ofCluster?.tool)
    missing.push({ tool: tunnel.tool, next: tunnel.next, why: "the load runner is reached through it" });
  return missing;
}
