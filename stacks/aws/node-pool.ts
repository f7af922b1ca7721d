import { EksNodeGroup } from "@cdktf/provider-aws/lib/eks-node-group/index.js";
import { LaunchTemplate } from "@cdktf/provider-aws/lib/launch-template/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { type NodeRole, ROLE_TAINT, roleLabel } from "../kubernetes/node-role.ts";
import { benchLabels, benchName, POOL_ROLE_LENGTH } from "../labels.ts";
import type { AwsControlPlane } from "./control-plane.ts";
import type { AwsNetwork } from "./network.ts";

export interface AwsNodePoolProps {
  readonly environment: Environment;
  readonly controlPlane: AwsControlPlane;
  readonly network: AwsNetwork;
  readonly nodeRoleArn: string;
  readonly kubernetesVersion: string;
  readonly name: NodeRole;
  readonly machineType: string;
  readonly nodes: number;
  /** Every role whose pods may run here. */
  readonly roles: readonly NodeRole[];
  /** Whether only pods of its role may run here. At least one pool is open, for Kubernetes' own pods. */
  readonly tainted: boolean;
  readonly dependsOn: ITerraformDependable[];
}

/** Nodes of one role. Their number is fixed, because new nodes during a measurement would be measured too. */
export class AwsNodePool extends Construct {
  constructor(scope: Construct, id: string, props: AwsNodePoolProps) {
    super(scope, id);
    const { environment, nodes } = props;
    const name = benchName(environment, props.name, POOL_ROLE_LENGTH);
    const tags = benchLabels(environment);
    const template = new LaunchTemplate(this, "template", {
      name,
      // The tags of the provider and of a group are not applied to machines, disks and interfaces. These are.
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
        resourceType,
        tags: { ...tags, Name: name },
      })),
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        // One hop, so that a pod cannot read its node's credentials.
        httpPutResponseHopLimit: 1,
      },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { volumeType: "gp3", volumeSize: 100, encrypted: "true", deleteOnTermination: "true" },
        },
      ],
    });
    new EksNodeGroup(this, "nodes", {
      nodeGroupName: name,
      clusterName: props.controlPlane.clusterName,
      nodeRoleArn: props.nodeRoleArn,
      version: props.kubernetesVersion,
      amiType: "AL2023_x86_64_STANDARD",
      capacityType: "ON_DEMAND",
      instanceTypes: [props.machineType],
      // One zone, because traffic between zones costs money, and its latency would be measured.
      subnetIds: [props.network.subnetworkId],
      scalingConfig: { desiredSize: nodes, minSize: nodes, maxSize: nodes },
      launchTemplate: { id: template.id, version: "1" },
      labels: Object.fromEntries(props.roles.map((role) => [roleLabel(role), "true"])),
      ...(props.tainted ? { taint: [{ key: ROLE_TAINT, value: props.name, effect: "NO_SCHEDULE" }] } : {}),
      timeouts: { create: "40m", update: "40m", delete: "40m" },
      dependsOn: props.dependsOn,
    });
  }
}
