import { Release } from "@cdktf/provider-helm/lib/release/index.js";
import type { Construct } from "constructs";
import { DISK_DRIVER_CHART } from "../../reference-architectures/artefacts/disk-driver-chart.ts";
import type { Environment } from "../environment.ts";
import { benchLabels, benchName } from "../labels.ts";

export interface DiskDriverProps {
  readonly environment: Environment;
  /** Who its controller is. */
  readonly roleArn: string;
  /** What a node of the workspaces takes. */
  readonly disksPerNode: number;
}

/** What makes disks on EKS: by its own chart, since AWS's add-on waits twenty minutes for a pod that finds no node. */
export function addDiskDriver(
  scope: Construct,
  { environment, roleArn, disksPerNode }: DiskDriverProps,
): Release {
  const values = {
    controller: {
      // Its pods do not get at their node's metadata, which would tell it.
      region: environment.region,
      replicaCount: 1,
      serviceAccount: { annotations: { "eks.amazonaws.com/role-arn": roleArn } },
      // Its disks are in no state: these tags, and the class's, are how they are found.
      extraVolumeTags: benchLabels(environment, "coder"),
    },
    node: {
      tolerateAllTaints: true,
      // Its pods do not get at their node's metadata: asked first, that is waited for.
      metadataSources: "kubernetes",
      // Without its node's metadata it counts one network interface, and promises more disks than AWS attaches.
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
