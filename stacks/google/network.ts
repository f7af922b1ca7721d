import { ComputeNetwork } from "@cdktf/provider-google/lib/compute-network/index.js";
import { ComputeRouterNat } from "@cdktf/provider-google/lib/compute-router-nat/index.js";
import { ComputeRouter } from "@cdktf/provider-google/lib/compute-router/index.js";
import { ComputeSubnetwork } from "@cdktf/provider-google/lib/compute-subnetwork/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";

/** The address ranges of the subnetwork. The pods of each node get a /23, and the /16 contains 128 of them. */
const NODES = "10.10.0.0/20";
const PODS = "10.32.0.0/16";
const SERVICES = "10.48.0.0/20";

export interface GoogleNetworkProps {
  readonly environment: Environment;
  /** Whether it has ranges for the pods and services of a cluster. */
  readonly forCluster: boolean;
}

/** The run's own network. It is shared with no other run, so all of it can be deleted. */
export class GoogleNetwork extends Construct {
  readonly networkId: string;
  readonly networkName: string;
  readonly subnetworkId: string;
  readonly podRangeName = "pods";
  readonly serviceRangeName = "services";
  /** The address range of machines. */
  readonly machineRange = NODES;
  /** Everything that a machine needs to reach the internet. */
  readonly egress: ITerraformDependable;
  /** The provider's project, known even when nobody wrote it down. */
  readonly project: string;

  constructor(scope: Construct, id: string, { environment, forCluster }: GoogleNetworkProps) {
    super(scope, id);
    const network = new ComputeNetwork(this, "network", {
      name: benchName(environment, "net"),
      autoCreateSubnetworks: false,
      // Google refuses the delete while an endpoint group of the cluster's load balancers exists. The provider does
      // not retry, but a teardown does.
      timeouts: { delete: "10m" },
    });
    const subnetwork = new ComputeSubnetwork(this, "subnetwork", {
      name: benchName(environment, "subnet"),
      network: network.id,
      region: environment.region,
      ipCidrRange: NODES,
      // Nodes have no public address, and reach Google's registry and APIs without NAT.
      privateIpGoogleAccess: true,
      ...(forCluster
        ? {
            secondaryIpRange: [
              { rangeName: this.podRangeName, ipCidrRange: PODS },
              { rangeName: this.serviceRangeName, ipCidrRange: SERVICES },
            ],
          }
        : {}),
      timeouts: { delete: "10m" },
    });
    const router = new ComputeRouter(this, "router", {
      name: benchName(environment, "router"),
      region: environment.region,
      network: network.id,
    });
    this.egress = new ComputeRouterNat(this, "nat", {
      name: benchName(environment, "nat"),
      router: router.name,
      region: environment.region,
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
      // The default of 64 fixed ports for a node is not enough when its pods pull images and report at the same time.
      enableDynamicPortAllocation: true,
      enableEndpointIndependentMapping: false,
      minPortsPerVm: 256,
      maxPortsPerVm: 32_768,
    });
    this.networkId = network.id;
    this.networkName = network.name;
    this.subnetworkId = subnetwork.id;
    this.project = network.project;
  }
}
