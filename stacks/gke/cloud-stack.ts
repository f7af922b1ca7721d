import type { App } from "cdktf";
import type { Size } from "../../reference-architectures/architecture.ts";
import { BenchStack, type BenchStackProps } from "../bench-stack.ts";
import { GoogleControlPlane } from "../google/control-plane.ts";
import { GoogleDatabase } from "../google/database.ts";
import { addGoogleLoadRunner } from "../google/load-runner.ts";
import { planPools } from "../kubernetes/plan-pools.ts";
import { channelOf, kubernetesVersionOf } from "../kubernetes/version.ts";
import { GoogleNetwork } from "../google/network.ts";
import { NodeIdentity } from "../google/node-identity.ts";
import { GoogleNodePool } from "../google/node-pool.ts";
import { googleProvider } from "../google/provider.ts";
import type { CloudOutputs } from "../outputs.ts";

export interface GkeCloudStackProps extends BenchStackProps {
  readonly size: Size;
}

/** Network, database and cluster: everything that Google bills, and nothing inside the cluster. */
export class GkeCloudStack extends BenchStack {
  readonly controlPlane: GoogleControlPlane;
  readonly database: GoogleDatabase;

  constructor(app: App, name: string, props: GkeCloudStackProps) {
    super(app, name, props);
    const { environment } = this;
    const { size } = props;
    googleProvider(this, environment);
    const password = this.ephemeralVariable("db_password", "Password of Coder's database user.");
    const network = new GoogleNetwork(this, "vpc", { environment, forCluster: true });
    this.database = new GoogleDatabase(this, "database", {
      environment,
      size: size.database,
      network,
      password: password.stringValue,
    });
    const identity = new NodeIdentity(this, "identity", { environment, project: network.project });
    this.controlPlane = new GoogleControlPlane(this, "kubernetes", {
      environment,
      network,
      kubernetesVersion: kubernetesVersionOf(size),
      releaseChannel: channelOf(size),
      nodeAccount: identity.email,
    });
    for (const pool of planPools(size, environment)) {
      new GoogleNodePool(this, pool.name, {
        ...pool,
        environment,
        controlPlane: this.controlPlane,
        nodeAccount: identity.email,
        // Nodes need it to pull images, and their pods to send their last data.
        dependsOn: [network.egress],
      });
    }
    const runner = addGoogleLoadRunner(this, { environment, size, network });
    this.addOutputs({
      project: network.project,
      region: environment.region,
      zone: environment.zone,
      network: network.networkName,
      cluster: this.controlPlane.clusterName,
      database_instance: this.database.instanceName,
      database_address: this.database.address,
      ...runner,
    } satisfies CloudOutputs);
  }
}
