import { ContainerNodePool } from "@cdktf/provider-google/lib/container-node-pool/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { type NodeRole, ROLE_TAINT, roleLabel } from "../kubernetes/node-role.ts";
import { benchLabels, benchName, POOL_ROLE_LENGTH } from "../labels.ts";
import type { GoogleControlPlane } from "./control-plane.ts";

export interface GoogleNodePoolProps {
  readonly environment: Environment;
  readonly controlPlane: GoogleControlPlane;
  readonly nodeAccount: string;
  readonly name: NodeRole;
  readonly machineType: string;
  readonly minCpuPlatform?: string | undefined;
  readonly nodes: number;
  /** Every role whose pods may run here. */
  readonly roles: readonly NodeRole[];
  /** Whether only pods of its role may run here. At least one pool is open, for Kubernetes' own pods. */
  readonly tainted: boolean;
  readonly dependsOn: ITerraformDependable[];
}

/** Nodes of one role. Their number is fixed, because new nodes during a measurement would be measured too. */
export class GoogleNodePool extends Construct {
  constructor(scope: Construct, id: string, props: GoogleNodePoolProps) {
    super(scope, id);
    const { environment } = props;
    new ContainerNodePool(this, "nodes", {
      name: benchName(environment, props.name, POOL_ROLE_LENGTH),
      cluster: props.controlPlane.clusterId,
      location: environment.zone,
      nodeCount: props.nodes,
      // A /23 of addresses for each node.
      maxPodsPerNode: 256,
      // A release channel accepts nothing else. The cluster's maintenance policy excludes upgrades during a run.
      management: { autoRepair: true, autoUpgrade: true },
      nodeConfig: {
        machineType: props.machineType,
        ...(props.minCpuPlatform === undefined ? {} : { minCpuPlatform: props.minCpuPlatform }),
        imageType: "COS_CONTAINERD",
        diskType: "pd-balanced",
        diskSizeGb: 100,
        serviceAccount: props.nodeAccount,
        oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
        shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
        // Prevents pods from reading the nodes' own credentials.
        workloadMetadataConfig: { mode: "GKE_METADATA" },
        labels: Object.fromEntries(props.roles.map((role) => [roleLabel(role), "true"])),
        ...(props.tainted ? { taint: [{ key: ROLE_TAINT, value: props.name, effect: "NO_SCHEDULE" }] } : {}),
        // The provider's default labels are not applied to this kind. These are on the nodes' machines and disks.
        resourceLabels: benchLabels(environment),
      },
      timeouts: { create: "40m", update: "40m", delete: "40m" },
      dependsOn: props.dependsOn,
    });
  }
}
