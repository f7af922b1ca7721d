import type { App } from "cdktf";
import type { ResolvedSize } from "../../reference-architectures/catalogue.ts";
import type { BenchStackProps } from "../bench-stack.ts";
import { gkeAccess } from "../kubernetes/cluster-access.ts";
import { CoderStack } from "../kubernetes/coder-stack.ts";
import { PRIVATE_RANGES } from "../kubernetes/private-ranges.ts";
import { benchLabels } from "../labels.ts";
import { GkeCloudStack } from "./cloud-stack.ts";

/** The stacks of the GKE architecture. The size is input, never in the name. */
export function addGkeStacks(app: App, { figures: size }: ResolvedSize, props: BenchStackProps): void {
  const cloud = new GkeCloudStack(app, "gke-cloud", { ...props, size });
  const labels = Object.entries(benchLabels(props.environment, "coder"));
  new CoderStack(app, "gke-coder", {
    ...props,
    size,
    access: gkeAccess(cloud.controlPlane.endpoint),
    databaseAddress: cloud.database.address,
    serviceAnnotations: {
      "networking.gke.io/load-balancer-type": "Internal",
      // Otherwise the firewall rule that comes with the balancer is open to the world.
      "service.beta.kubernetes.io/load-balancer-source-ranges": PRIVATE_RANGES.join(","),
    },
    disks: {
      provisioner: "pd.csi.storage.gke.io",
      parameters: {
        // Balanced disks would count against the project's quota for SSDs.
        type: "pd-standard",
        // The disks are made by a driver that no state knows: these labels are how they are found.
        labels: labels.map(([key, value]) => `${key}=${value}`).join(","),
      },
    },
  });
}
