import type { App } from "cdktf";
import type { Size } from "../../reference-architectures/architecture.ts";
import { BenchStack, type BenchStackProps } from "../bench-stack.ts";
import { ControlPlane } from "../google/control-plane.ts";
import { Database } from "../google/database.ts";
import { addLoadRunner } from "../google/load-runner.ts";
import { planPools } from "../kubernetes/plan-pools.ts";
import { channelOf, versionOf } from "../kubernetes/version.ts";
import { Network } from "../google/network.ts";
import { NodeIdentity } from "../google/node-identity.ts";
import { NodePool } from "../google/node-pool.ts";
import { googleProvider } from "../google/provider.ts";
import type { CloudOutputs } from "../outputs.ts";

export interface GkeCloudStackProps extends BenchStackProps {
  readonly size: Size;
}

/** Network, database and cluster: everything that Google bills, and nothing inside the cluster. */
export class GkeCloudStack extends BenchStack {
  readonly controlPlane: ControlPlane;
  readonly database: Database;

  constructor(app: App, name: string, props: GkeCloudStackProps) {
    super(app, name, props);
    const { environment } = this;
    const { size } = props;
    googleProvider(this, environment);
    const password = this.ephemeralVariable("db_password", "Password of Coder's database user.");
    const network = new Network(this, "vpc", { environment, forCluster: true });
    this.database = new Database(this, "database", {
      environment,
      size: size.database,
      network,
      password: password.stringValue,
    });
    const identity = new NodeIdentity(this, "identity", { environment, project: network.project });
    this.controlPlane = new ControlPlane(this, "kubernetes", {
      environment,
      network,
      kubernetesVersion: versionOf(size),
      releaseChannel: channelOf(size),
      nodeAccount: identity.email,
    });
    for (const pool of planPools(size)) {
      new NodePool(this, pool.name, {
        ...pool,
        environment,
        controlPlane: this.controlPlane,
        nodeAccount: identity.email,
        // Without a way out they pull no image; what their pods still have to say goes before it does.
        dependsOn: [network.egress],
      });
    }
    const runner = addLoadRunner(this, { environment, size, network });
    this.addOutputs({
      project: network.project,
      region: environment.region,
      zone: environment.zone,
      network: network.networkName,
      cluster: this.controlPlane.clusterName,
      database_instance: this.database.instanceName,
      ...runner,
    } satisfies CloudOutputs);
  }
}
