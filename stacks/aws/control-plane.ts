import { EksAccessEntry } from "@cdktf/provider-aws/lib/eks-access-entry/index.js";
import { EksAccessPolicyAssociation } from "@cdktf/provider-aws/lib/eks-access-policy-association/index.js";
import { EksCluster } from "@cdktf/provider-aws/lib/eks-cluster/index.js";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";
import type { AwsNetwork } from "./network.ts";
import { Role, serviceTrust } from "./role.ts";

export interface AwsControlPlaneProps {
  readonly environment: Environment;
  readonly network: AwsNetwork;
  readonly kubernetesVersion: string;
}

/** The name of the cluster, which is known before the cluster exists. */
export function clusterName(environment: Environment): string {
  return benchName(environment, "eks");
}

/** The cluster without nodes: each role adds its own pool. */
export class AwsControlPlane extends Construct {
  readonly clusterName: string;
  readonly endpoint: string;
  /** The certificate of the cluster's own authority, in base64. */
  readonly certificate: string;
  /** The agent that gives service accounts of the cluster their roles. */
  readonly issuer: string;

  constructor(
    scope: Construct,
    id: string,
    { environment, network, kubernetesVersion }: AwsControlPlaneProps,
  ) {
    super(scope, id);
    const { admins = [], cidrs = [] } = environment.clusterAccess ?? {};
    const role = new Role(this, "identity", {
      environment,
      role: "cluster",
      trust: serviceTrust("eks"),
      policies: ["AmazonEKSClusterPolicy"],
    });
    const cluster = new EksCluster(this, "cluster", {
      name: clusterName(environment),
      version: kubernetesVersion,
      roleArn: role.arn,
      // Otherwise a version that leaves standard support continues at six times the price.
      upgradePolicy: { supportType: "STANDARD" },
      accessConfig: {
        authenticationMode: "API",
        // The identity that deploys also destroys: the reaper uses it too.
        bootstrapClusterCreatorAdminPermissions: true,
      },
      vpcConfig: {
        subnetIds: [...network.subnetworkIds],
        endpointPrivateAccess: true,
        // Also reachable from outside, protected by AWS's permissions and, if given, by a list of addresses.
        endpointPublicAccess: true,
        ...(cidrs.length === 0 ? {} : { publicAccessCidrs: [...cidrs] }),
      },
      // No logs: a late line would create their group again after its delete, in no state.
      enabledClusterLogTypes: [],
      timeouts: { create: "40m", update: "60m", delete: "40m" },
      dependsOn: role.ready,
    });
    // AWS refuses the same identity twice.
    for (const [index, principalArn] of [...new Set(admins)].entries()) {
      const entry = new EksAccessEntry(this, `admin-${index}`, {
        clusterName: cluster.name,
        principalArn,
      });
      new EksAccessPolicyAssociation(this, `admin-${index}-policy`, {
        clusterName: cluster.name,
        principalArn: entry.principalArn,
        policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        accessScope: { type: "cluster" },
      });
    }
    this.clusterName = cluster.name;
    this.endpoint = cluster.endpoint;
    this.certificate = cluster.certificateAuthority.get(0).data;
    this.issuer = cluster.identity.get(0).oidc.get(0).issuer;
  }
}
