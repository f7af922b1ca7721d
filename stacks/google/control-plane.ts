import { ContainerCluster } from "@cdktf/provider-google/lib/container-cluster/index.js";
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

/** The cluster without nodes: each role brings its own. */
export class GoogleControlPlane extends Construct {
  readonly clusterId: string;
  readonly clusterName: string;
  /** Host name of the control plane, reachable from anywhere by whom Google lets in. */
  readonly endpoint: string;

  constructor(scope: Construct, id: string, props: GoogleControlPlaneProps) {
    super(scope, id);
    const { environment, network } = props;
    const cluster = new ContainerCluster(this, "cluster", {
      name: benchName(environment, "gke"),
      // A zone, not a region: one control plane, nodes in one place.
      location: environment.zone,
      // On by default, and then no destroy succeeds.
      deletionProtection: false,
      minMasterVersion: props.kubernetesVersion,
      releaseChannel: { channel: props.releaseChannel },
      // The channel would upgrade the control plane or its nodes in the middle of a measurement.
      maintenancePolicy: maintenancePolicy(environment),
      network: network.networkId,
      subnetwork: network.subnetworkId,
      // Pods with addresses of the network: without it routes are made that no state knows.
      networkingMode: "VPC_NATIVE",
      ipAllocationPolicy: {
        clusterSecondaryRangeName: network.podRangeName,
        servicesSecondaryRangeName: network.serviceRangeName,
      },
      privateClusterConfig: { enablePrivateNodes: true },
      // Reached by name, guarded by Google's permissions: no public address, and no machine inside to go through.
      controlPlaneEndpointsConfig: {
        dnsEndpointConfig: { allowExternalTraffic: true },
        ipEndpointsConfig: { enabled: false },
      },
      // The default pool cannot be named, labelled or sized by role.
      removeDefaultNodePool: true,
      initialNodeCount: 1,
      nodeConfig: {
        machineType: "e2-small",
        diskSizeGb: 20,
        diskType: "pd-standard",
        serviceAccount: props.nodeAccount,
        oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
        // It lives for minutes, but organisations that require shielded machines refuse it without.
        shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
        workloadMetadataConfig: { mode: "GKE_METADATA" },
        resourceLabels: benchLabels(environment),
      },
      workloadIdentityConfig: { workloadPool: `${network.project}.svc.id.goog` },
      // Only Kubernetes' own: what workspaces print would be paid for by the gigabyte.
      loggingConfig: { enableComponents: ["SYSTEM_COMPONENTS"] },
      monitoringConfig: {
        enableComponents: ["SYSTEM_COMPONENTS"],
        managedPrometheus: { enabled: false },
      },
      addonsConfig: {
        // The internal balancer of Coder's Service is made by this add-on, over instance groups: they carry 250 nodes, more
        // than any size has. Subsetting (enableL4IlbSubsetting) stays off, since its endpoint groups outlive a cluster.
        httpLoadBalancing: { disabled: false },
        // Makes the workspaces' disks, and is what removes them.
        gcePersistentDiskCsiDriverConfig: { enabled: true },
      },
      resourceLabels: benchLabels(environment),
      timeouts: { create: "40m", update: "60m", delete: "40m" },
      lifecycle: {
        ignoreChanges: [
          // Describes the default pool, which is gone: Google answers with another pool's, and the plan would replace the cluster.
          "node_config",
          // Where there is no endpoint by address, the provider reads that as a private one, which nobody asked for: no second plan would be empty.
          "private_cluster_config[0].enable_private_endpoint",
        ],
      },
    });
    this.clusterId = cluster.id;
    this.clusterName = cluster.name;
    this.endpoint = cluster.controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint;
  }
}
