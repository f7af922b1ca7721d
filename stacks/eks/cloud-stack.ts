import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity/index.js";
import type { App } from "cdktf";
import type { Size } from "../../reference-architectures/architecture.ts";
import { clusterName, AwsControlPlane } from "../aws/control-plane.ts";
import { AwsDatabase } from "../aws/database.ts";
import { DiskIdentity } from "../aws/disk-identity.ts";
import { addAwsLoadRunner } from "../aws/load-runner.ts";
import { AwsNetwork } from "../aws/network.ts";
import { AwsNodePool } from "../aws/node-pool.ts";
import { awsProvider } from "../aws/provider.ts";
import { Role, serviceTrust } from "../aws/role.ts";
import { BenchStack, type BenchStackProps } from "../bench-stack.ts";
import { planPools } from "../kubernetes/plan-pools.ts";
import { kubernetesVersionOf } from "../kubernetes/version.ts";
import type { CloudOutputs } from "../outputs.ts";

export interface EksCloudStackProps extends BenchStackProps {
  readonly size: Size;
}

/** Network, database and cluster: everything that AWS bills, and nothing inside the cluster. */
export class EksCloudStack extends BenchStack {
  readonly controlPlane: AwsControlPlane;
  readonly database: AwsDatabase;
  readonly disks: DiskIdentity;
  readonly network: AwsNetwork;

  constructor(app: App, name: string, props: EksCloudStackProps) {
    super(app, name, props);
    const { environment } = this;
    const { size } = props;
    awsProvider(this, environment);
    const password = this.ephemeralVariable("db_password", "Password of Coder's database user.");
    const kubernetesVersion = kubernetesVersionOf(size);
    const network = (this.network = new AwsNetwork(this, "vpc", {
      environment,
      clusterName: clusterName(environment),
    }));
    this.controlPlane = new AwsControlPlane(this, "kubernetes", { environment, network, kubernetesVersion });
    this.database = new AwsDatabase(this, "database", {
      environment,
      size: size.database,
      network,
      password: password.stringValue,
    });
    this.disks = new DiskIdentity(this, "disks", { environment, issuer: this.controlPlane.issuer });
    const nodes = new Role(this, "identity", {
      environment,
      role: "nodes",
      trust: serviceTrust("ec2"),
      policies: [
        "AmazonEKSWorkerNodePolicy",
        // The network of pods runs on each node, and assigns the pods' addresses.
        "AmazonEKS_CNI_Policy",
        "AmazonEC2ContainerRegistryPullOnly",
      ],
    });
    for (const pool of planPools(size, environment)) {
      new AwsNodePool(this, pool.name, {
        ...pool,
        environment,
        controlPlane: this.controlPlane,
        network,
        nodeRoleArn: nodes.arn,
        kubernetesVersion,
        // Nodes cannot join without a route to the internet, and cannot leave without their permissions.
        dependsOn: [...network.egress, ...nodes.ready],
      });
    }
    const account = new DataAwsCallerIdentity(this, "account");
    const runner = addAwsLoadRunner(this, { environment, size, network });
    this.addOutputs({
      project: account.accountId,
      region: environment.region,
      zone: environment.zone,
      network: network.networkId,
      cluster: this.controlPlane.clusterName,
      database_instance: this.database.instanceName,
      database_address: this.database.address,
      ...runner,
    } satisfies CloudOutputs);
  }
}
