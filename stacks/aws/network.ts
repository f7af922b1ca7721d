import { Eip } from "@cdktf/provider-aws/lib/eip/index.js";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway/index.js";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway/index.js";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association/index.js";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table/index.js";
import { Route } from "@cdktf/provider-aws/lib/route/index.js";
import { Subnet } from "@cdktf/provider-aws/lib/subnet/index.js";
import { Vpc } from "@cdktf/provider-aws/lib/vpc/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { zoneBeside } from "../../reference-architectures/zones.ts";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";

const RANGE = "10.20.0.0/16";
/** Each pod has an address of the subnetwork: 16,000 of them. */
const NODES = "10.20.0.0/18";
/** EKS and RDS want a second zone, in which nothing runs. */
const SPARE = "10.20.64.0/24";
const PUBLIC = "10.20.65.0/24";
const EVERYWHERE = "0.0.0.0/0";

export interface AwsNetworkProps {
  readonly environment: Environment;
  /** Whose balancers find the subnetworks. */
  readonly clusterName: string;
}

/** The run's own network, so that nothing of it touches another's and all of it can go. */
export class AwsNetwork extends Construct {
  readonly networkId: string;
  /** Where machines and pods have their addresses. */
  readonly machineRange = NODES;
  /** Where machines run: private, in the environment's zone. */
  readonly subnetworkId: string;
  /** The private subnetworks of two zones. */
  readonly subnetworkIds: readonly string[];
  /** What a machine needs to reach the world. */
  readonly egress: ITerraformDependable[];

  constructor(scope: Construct, id: string, { environment, clusterName }: AwsNetworkProps) {
    super(scope, id);
    const named = (role: string): { tags: Record<string, string> } => ({
      tags: { Name: benchName(environment, role) },
    });
    const vpc = new Vpc(this, "network", {
      cidrBlock: RANGE,
      // The cluster's own name, and the database's, are looked up inside.
      enableDnsHostnames: true,
      enableDnsSupport: true,
      ...named("net"),
    });
    const gateway = new InternetGateway(this, "internet", { vpcId: vpc.id, ...named("internet") });
    const { region, zone } = environment;
    const subnet = (role: string, cidrBlock: string, availabilityZone: string, internal: boolean): Subnet =>
      new Subnet(this, role, {
        vpcId: vpc.id,
        cidrBlock,
        availabilityZone,
        mapPublicIpOnLaunch: false,
        tags: {
          Name: benchName(environment, role),
          ...(internal
            ? { "kubernetes.io/role/internal-elb": "1", [`kubernetes.io/cluster/${clusterName}`]: "shared" }
            : {}),
        },
        // Interfaces that the cluster's network made are collected a while after it: the delete waits.
        timeouts: { delete: "20m" },
      });
    const nodes = subnet("nodes", NODES, zone, true);
    const spare = subnet("spare", SPARE, zoneBeside("aws", region, zone), false);
    const outside = subnet("outside", PUBLIC, zone, false);
    const address = new Eip(this, "address", { domain: "vpc", ...named("nat") });
    const nat = new NatGateway(this, "nat", {
      allocationId: address.id,
      subnetId: outside.id,
      ...named("nat"),
      dependsOn: [gateway],
    });
    const table = (role: string): RouteTable =>
      new RouteTable(this, `${role}-routes`, { vpcId: vpc.id, ...named(role) });
    const [inner, outer] = [table("private"), table("public")];
    const route = new Route(this, "private-route", {
      routeTableId: inner.id,
      destinationCidrBlock: EVERYWHERE,
      natGatewayId: nat.id,
    });
    const outerRoute = new Route(this, "public-route", {
      routeTableId: outer.id,
      destinationCidrBlock: EVERYWHERE,
      gatewayId: gateway.id,
    });
    const joined = [
      [nodes, inner],
      [spare, inner],
      [outside, outer],
    ] as const;
    const associations = joined.map(
      ([{ id: subnetId, node }, { id: routeTableId }]) =>
        new RouteTableAssociation(this, `${node.id}-association`, { subnetId, routeTableId }),
    );
    this.networkId = vpc.id;
    this.subnetworkId = nodes.id;
    this.subnetworkIds = [nodes.id, spare.id];
    this.egress = [route, outerRoute, ...associations];
  }
}
