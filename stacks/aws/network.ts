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
/** Each pod has an address of this range, which has 16,000. */
const NODES = "10.20.0.0/18";
/** EKS and RDS require a second zone. Nothing runs in it. */
const SPARE = "10.20.64.0/24";
const PUBLIC = "10.20.65.0/24";
const EVERYWHERE = "0.0.0.0/0";

export interface AwsNetworkProps {
  readonly environment: Environment;
  /** The cluster whose load balancers use the subnetworks. */
  readonly clusterName: string;
}

/** The run's own network. It is shared with no other run, so all of it can be deleted. */
export class AwsNetwork extends Construct {
  readonly networkId: string;
  /** The addresses of machines and pods. */
  readonly machineRange = NODES;
  /** The private subnetwork of machines, in the environment's zone. */
  readonly subnetworkId: string;
  /** The private subnetworks of two zones. */
  readonly subnetworkIds: readonly string[];
  /** Everything that a machine needs to reach the internet. */
  readonly egress: ITerraformDependable[];

  constructor(scope: Construct, id: string, { environment, clusterName }: AwsNetworkProps) {
    super(scope, id);
    const { region, zone } = environment;
    const vpc = new Vpc(this, "network", {
      cidrBlock: RANGE,
      // Names of the cluster and of the database are looked up inside.
      enableDnsHostnames: true,
      enableDnsSupport: true,
      ...named(environment, "net"),
    });
    const gateway = new InternetGateway(this, "internet", {
      vpcId: vpc.id,
      ...named(environment, "internet"),
    });
    const balanced = {
      "kubernetes.io/role/internal-elb": "1",
      [`kubernetes.io/cluster/${clusterName}`]: "shared",
    };
    const subnet = (role: string, cidrBlock: string, availabilityZone: string, tags = {}): Subnet =>
      new Subnet(this, role, {
        vpcId: vpc.id,
        cidrBlock,
        availabilityZone,
        mapPublicIpOnLaunch: false,
        tags: { Name: benchName(environment, role), ...tags },
        // AWS deletes interfaces of the cluster's network a while after the cluster, and the delete waits for that.
        timeouts: { delete: "20m" },
      });
    const nodes = subnet("nodes", NODES, zone, balanced);
    const spare = subnet("spare", SPARE, zoneBeside("aws", region, zone));
    const outside = subnet("outside", PUBLIC, zone);
    const address = new Eip(this, "address", { domain: "vpc", ...named(environment, "nat") });
    const nat = new NatGateway(this, "nat", {
      allocationId: address.id,
      subnetId: outside.id,
      ...named(environment, "nat"),
      dependsOn: [gateway],
    });
    this.egress = addRoutes(this, environment, {
      vpcId: vpc.id,
      private: { subnets: [nodes, spare], natGatewayId: nat.id },
      public: { subnets: [outside], gatewayId: gateway.id },
    });
    this.networkId = vpc.id;
    this.subnetworkId = nodes.id;
    this.subnetworkIds = [nodes.id, spare.id];
  }
}

function named(environment: Environment, role: string): { readonly tags: Record<string, string> } {
  return { tags: { Name: benchName(environment, role) } };
}

interface Routes {
  readonly vpcId: string;
  readonly private: { readonly subnets: readonly Subnet[]; readonly natGatewayId: string };
  readonly public: { readonly subnets: readonly Subnet[]; readonly gatewayId: string };
}

/** Adds the routes to the internet: private subnetworks through the NAT gateway, public ones directly. */
function addRoutes(
  scope: Construct,
  environment: Environment,
  { vpcId, private: inner, public: outer }: Routes,
): ITerraformDependable[] {
  const table = (role: string): RouteTable =>
    new RouteTable(scope, `${role}-routes`, { vpcId, ...named(environment, role) });
  const [innerTable, outerTable] = [table("private"), table("public")];
  const route = new Route(scope, "private-route", {
    routeTableId: innerTable.id,
    destinationCidrBlock: EVERYWHERE,
    natGatewayId: inner.natGatewayId,
  });
  const outerRoute = new Route(scope, "public-route", {
    routeTableId: outerTable.id,
    destinationCidrBlock: EVERYWHERE,
    gatewayId: outer.gatewayId,
  });
  const associate = ({ id: subnetId, node }: Subnet, { id: routeTableId }: RouteTable) =>
    new RouteTableAssociation(scope, `${node.id}-association`, { subnetId, routeTableId });
  return [
    route,
    outerRoute,
    ...inner.subnets.map((subnet) => associate(subnet, innerTable)),
    ...outer.subnets.map((subnet) => associate(subnet, outerTable)),
  ];
}
