import type { App } from "cdktf";
import { EKS } from "../../reference-architectures/capacity/clusters.ts";
import type { ResolvedSize } from "../../reference-architectures/catalogue.ts";
import { machineOf } from "../../reference-architectures/machine-types.ts";
import type { BenchStackProps } from "../bench-stack.ts";
import { eksAccess } from "../kubernetes/cluster-access.ts";
import { CoderStack } from "../kubernetes/coder-stack.ts";
import { HOME_STORAGE_CLASS, namespacesOf } from "../kubernetes/names.ts";
import { rolePlacement } from "../kubernetes/node-role.ts";
import { countNodesOf } from "../kubernetes/plan-pools.ts";
import { PRIVATE_RANGES } from "../kubernetes/private-ranges.ts";
import { benchLabels } from "../labels.ts";
import { EksCloudStack } from "./cloud-stack.ts";
import { addDiskDriver } from "./disk-driver.ts";

const BALANCER = "service.beta.kubernetes.io/aws-load-balancer";

/** Adds the stacks of the EKS architecture. The size is input, and never in a name. */
export function addEksStacks(app: App, { figures: size }: ResolvedSize, props: BenchStackProps): void {
  const { environment } = props;
  const cloud = new EksCloudStack(app, "eks-cloud", { ...props, size });
  const labels = Object.entries(benchLabels(environment, "coder")).map(([key, value]) => `${key}=${value}`);
  new CoderStack(app, "eks-coder", {
    ...props,
    size,
    access: eksAccess(cloud.controlPlane, environment.region),
    namespaces: namespacesOf(environment),
    addDatabase: () => ({ address: cloud.database.address, sslmode: "require", ready: [] }),
    placement: rolePlacement,
    workspaceNodes: countNodesOf("workspaces", size),
    storageClass: HOME_STORAGE_CLASS,
    addDriver: (stack) =>
      addDiskDriver(stack, {
        environment,
        roleArn: cloud.disks.arn,
        disksPerNode: EKS.disksPerNode(machineOf(size.machines.workspaces.machineType)),
      }),
    // For the controller that every cluster of EKS has, because AWS's own controller is not installed.
    balancerAnnotations: {
      [`${BALANCER}-type`]: "nlb",
      [`${BALANCER}-internal`]: "true",
      // It is in no state: an inventory finds it by these tags.
      [`${BALANCER}-additional-resource-tags`]: labels.join(","),
      // Otherwise the nodes' ports are open to everyone who can reach them.
      "service.beta.kubernetes.io/load-balancer-source-ranges": PRIVATE_RANGES.join(","),
    },
    disks: {
      provisioner: "ebs.csi.aws.com",
      parameters: {
        type: "gp3",
        encrypted: "true",
        ...Object.fromEntries(labels.map((label, index) => [`tagSpecification_${index + 1}`, label])),
      },
    },
  });
}
