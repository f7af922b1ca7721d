import {
  ContainerCluster,
  type ContainerClusterConfig,
} from "@cdktf/provider-google/lib/container-cluster/index.js";
import { Construct } from "constructs";
import type { Size } from "../../reference-architectures/architecture.ts";
import type { Environment } from "../environment.ts";
import { benchLabels, benchName } from "../labels.ts";
import { maintenancePolicy } from "./maintenance.ts";
import type { GoogleNetwork } from "./network.ts";

export interface GoogleControlPlaneProps {
  readonly environment: Environment;
  readonly network: GoogleNetwork;
  readonly kubernetesVersion: string;
  readonly releaseChannel: NonNullable<Size["kubernetesChannel"]>;
  readonly nodeAccount: string;
}

/** The cluster without nodes: each role adds its own pool. */
export class GoogleControlPlane extends Construct {
  readonly clusterId: string;
  readonly clusterName: string;
  /** Host name of the control plane. It is reachable from anywhere, and Google checks each caller. */
  readonly endpoint: string;

  constructor(scope: Construct, id: string, props: GoogleControlPlaneProps) {
    super(scope, id);
    const { environment, network } = props;
    const cluster = new ContainerCluster(this, "cluster", {
      name: benchName(environment, "gke"),
      // A zone instead of a region: one control plane, and all nodes in one place.
      location: environment.zone,
      // The default is true, and then every destroy fails.
      deletionProtection: false,
      minMasterVersion: props.kubernetesVersion,
      releaseChannel: { channel: props.releaseChannel },
      // Otherwise the channel could upgrade the control plane or its nodes during a measurement.
      maintenancePolicy: maintenancePolicy(environment),
      network: network.networkId,
      subnetwork: network.subnetworkId,
      // Gives pods addresses of the network. Without it, the cluster creates routes that are in no state.
      networkingMode: "VPC_NATIVE",
      ipAllocationPolicy: {
        clusterSecondaryRangeName: network.podRangeName,
        servicesSecondaryRangeName: network.serviceRangeName,
      },
      privateClusterConfig: { enablePrivateNodes: true },
      // Reached by name and protected by Google's permissions, without a public address or a machine in between.
      controlPlaneEndpointsConfig: {
        dnsEndpointConfig: { allowExternalTraffic: true },
        ipEndpointsConfig: { enabled: false },
      },
      ...defaultPool(props),
      workloadIdentityConfig: { workloadPool: `${network.project}.svc.id.goog` },
      ...ADD_ONS,
      resourceLabels: benchLabels(environment),
      timeouts: { create: "40m", update: "60m", delete: "40m" },
      lifecycle: { ignoreChanges: IGNORED_CHANGES },
    });
    this.clusterId = cluster.id;
    this.clusterName = cluster.name;
    this.endpoint = cluster.controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint;
  }
}

/** The default pool, which cannot be named, labelled or sized by role: it is removed at once. */
function defaultPool({
  environment,
  nodeAccount,
}: GoogleControlPlaneProps): Pick<
  ContainerClusterConfig,
  "removeDefaultNodePool" | "initialNodeCount" | "nodeConfig"
> {
  return {
    removeDefaultNodePool: true,
    initialNodeCount: 1,
    nodeConfig: {
      machineType: "e2-small",
      diskSizeGb: 20,
      diskType: "pd-standard",
      serviceAccount: nodeAccount,
      oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
      // It exists for minutes, but organisations that require shielded machines refuse it without this.
      shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
      workloadMetadataConfig: { mode: "GKE_METADATA" },
      resourceLabels: benchLabels(environment),
    },
  };
}

/** Logs, metrics and add-ons of every cluster. */
const ADD_ONS = {
  // Kubernetes' own logs only: output of workspaces would be billed by the gigabyte.
  loggingConfig: { enableComponents: ["SYSTEM_COMPONENTS"] },
  monitoringConfig: {
    enableComponents: ["SYSTEM_COMPONENTS"],
    managedPrometheus: { enabled: false },
  },
  addonsConfig: {
    // This add-on creates the internal balancer of Coder's Service, over instance groups. They carry 250 nodes, more than
    // any size has. Subsetting (enableL4IlbSubsetting) stays off, because its endpoint groups outlive a cluster.
    httpLoadBalancing: { disabled: false },
    // Creates and deletes the workspaces' disks.
    gcePersistentDiskCsiDriverConfig: { enabled: true },
  },
} as const satisfies Partial<ContainerClusterConfig>;

const IGNORED_CHANGES = [
  // Describes the removed default pool. Google answers with another pool's, and the plan would replace the cluster.
  "node_config",
  // Without an endpoint by address the provider reads a private one, so that no second plan would be empty.
  "private_cluster_config[0].enable_private_endpoint",
];
