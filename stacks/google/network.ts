import { ComputeNetwork } from "@cdktf/provider-google/lib/compute-network/index.js";
import { ComputeRouterNat } from "@cdktf/provider-google/lib/compute-router-nat/index.js";
import { ComputeRouter } from "@cdktf/provider-google/lib/compute-router/index.js";
import { ComputeSubnetwork } from "@cdktf/provider-google/lib/compute-subnetwork/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";

/** Address ranges of the one subnetwork; pods get a /23 a node, which the /16 holds 128 times. */
const NODES = "10.10.0.0/20";
const PODS = "10.32.0.0/16";
const SERVICES = "10.48.0.0/20";

export interface GoogleNetworkProps {
  readonly environment: Environment;
  /** With ranges for the pods and services of a cluster. */
  readonly forCluster: boolean;
}

/** The run's own network, so that nothing of it touches another's and all of it can go. */
export class GoogleNetwork extends Construct {
  readonly networkId: string;
  readonly networkName: string;
  readonly subnetworkId: string;
  readonly podRangeName = "pods";
  readonly serviceRangeName = "services";
  /** Where machines have their addresses. */
  readonly machineRange = NODES;
  /** What a machine needs to reach the world. */
  readonly egress: ITerraformDependable;
  /** The provider's project, known even when nobody wrote it down. */
  readonly project: string;

  constructor(scope: Construct, id: string, { environment, forCluster }: GoogleNetworkProps) {
    super(scope, id);
    const network = new ComputeNetwork(this, "network", {
      name: benchName(environment, "net"),
      autoCreateSubnetworks: false,
      // Refused while an endpoint group of the cluster's balancers is not collected: the provider does not try again, a teardown does.
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
      // The default of 64 fixed ports a node fails as soon as a node's pods pull and report at the same time.
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
