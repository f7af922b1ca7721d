import { Release } from "@cdktf/provider-helm/lib/release/index.js";
import type { Construct } from "constructs";
import { DISK_DRIVER_CHART } from "../../reference-architectures/artefacts/disk-driver-chart.ts";
import type { Environment } from "../environment.ts";
import { benchLabels, benchName } from "../labels.ts";

export interface DiskDriverProps {
  readonly environment: Environment;
  /** The identity of its controller. */
  readonly roleArn: string;
  /** The tolerations for the workspaces' nodes. */
  readonly disksPerNode: number;
}

/**
 * The disk driver on EKS, from its own chart, because AWS's add-on waits twenty minutes for a pod that finds no node.
 */
export function addDiskDriver(
  scope: Construct,
  { environment, roleArn, disksPerNode }: DiskDriverProps,
): Release {
  const values = {
    controller: {
      // Its pods cannot read their node's metadata, which would contain it.
      region: environment.region,
      replicaCount: 1,
      serviceAccount: { annotations: { "eks.amazonaws.com/role-arn": roleArn } },
      // Its disks are in no state. An inventory finds them by these tags and by those of the class.
      extraVolumeTags: benchLabels(environment, "coder"),
    },
    node: {
      tolerateAllTaints: true,
      // Its pods cannot read their node's metadata, and would wait for it first.
      metadataSources: "kubernetes",
      // Without its node's metadata it assumes one network interface, and offers more disks than AWS attaches.
      volumeAttachLimit: disksPerNode,
    },
  };
  return new Release(scope, "disk-driver", {
    name: benchName(environment, "ebs"),
    ...DISK_DRIVER_CHART,
    namespace: "kube-system",
    createNamespace: false,
    values: [JSON.stringify(values, undefined, 2)],
    wait: true,
    timeout: 600,
  });
}
