import type { App } from "cdktf";
import type { ResolvedSize } from "../../reference-architectures/catalogue.ts";
import type { BenchStackProps } from "../bench-stack.ts";
import { gkeAccess } from "../kubernetes/cluster-access.ts";
import { CoderStack } from "../kubernetes/coder-stack.ts";
import { HOME_STORAGE_CLASS, namespacesOf } from "../kubernetes/names.ts";
import { rolePlacement } from "../kubernetes/node-role.ts";
import { countNodesOf } from "../kubernetes/plan-pools.ts";
import { PRIVATE_RANGES } from "../kubernetes/private-ranges.ts";
import { benchLabels } from "../labels.ts";
import { GkeCloudStack } from "./cloud-stack.ts";

/** Adds the stacks of the GKE architecture. The size is input, and never in a name. */
export function addGkeStacks(app: App, { figures: size }: ResolvedSize, props: BenchStackProps): void {
  const cloud = new GkeCloudStack(app, "gke-cloud", { ...props, size });
  const labels = Object.entries(benchLabels(props.environment, "coder"));
  new CoderStack(app, "gke-coder", {
    ...props,
    size,
    access: gkeAccess(cloud.controlPlane.endpoint),
    namespaces: namespacesOf(props.environment),
    addDatabase: () => ({ address: cloud.database.address, sslmode: "require", ready: [] }),
    placement: rolePlacement,
    workspaceNodes: countNodesOf("workspaces", size),
    storageClass: HOME_STORAGE_CLASS,
    balancerAnnotations: {
      "networking.gke.io/load-balancer-type": "Internal",
      // Otherwise the load balancer's firewall rule is open to the internet.
      "service.beta.kubernetes.io/load-balancer-source-ranges": PRIVATE_RANGES.join(","),
    },
    disks: {
      provisioner: "pd.csi.storage.gke.io",
      parameters: {
        // Balanced disks would count towards the project's quota for SSDs.
        type: "pd-standard",
        // A driver creates the disks, in no state. An inventory finds them by these labels.
        labels: labels.map(([key, value]) => `${key}=${value}`).join(","),
      },
    },
  });
}
