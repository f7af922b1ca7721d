import { type Json, objectOf, textOf } from "../json.ts";
import { lastOf, linkPathOf } from "../compute/links.ts";
import type { MockWorld } from "../world.ts";

/** A cluster with what GKE adds by default. */
export function clusterDefaults(world: MockWorld, location: string, posted: Json): Json {
  const { id, number } = world.project;
  const subnetwork = linkPathOf(posted["subnetwork"]);
  const network = linkPathOf(posted["network"]) ?? `projects/${id}/global/networks/default`;
  const known = subnetwork === undefined ? {} : (world.store.get(`compute/${subnetwork}`) ?? {});
  const hash = world.newId();
  return {
    loggingService: "logging.googleapis.com/kubernetes",
    monitoringService: "monitoring.googleapis.com/kubernetes",
    databaseEncryption: { state: "DECRYPTED", currentState: "CURRENT_STATE_DECRYPTED" },
    shieldedNodes: { enabled: true },
    legacyAbac: {},
    autoscaling: { autoscalingProfile: "BALANCED" },
    masterAuth: { clientCertificateConfig: {}, clusterCaCertificate: "bW9jaw==" },
    masterAuthorizedNetworksConfig: { gcpPublicCidrsAccessEnabled: true },
    binaryAuthorization: {},
    securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_DISABLED" },
    enterpriseConfig: { clusterTier: "STANDARD" },
    notificationConfig: { pubsub: {} },
    nodePoolDefaults: { nodeConfigDefaults: { loggingConfig: { variantConfig: { variant: "DEFAULT" } } } },
    nodePoolAutoConfig: { resourceManagerTags: {} },
    podAutoscaling: { hpaProfile: "HPA_PROFILE_UNSPECIFIED" },
    rbacBindingConfig: {
      enableInsecureBindingSystemAuthenticated: true,
      enableInsecureBindingSystemUnauthenticated: true,
    },
    anonymousAuthenticationConfig: { mode: "ENABLED" },
    ...posted,
    network: lastOf(network),
    ...(subnetwork === undefined ? {} : { subnetwork: lastOf(subnetwork) }),
    endpoint: "",
    defaultMaxPodsConstraint: { maxPodsPerNode: "110" },
    networkConfig: {
      serviceExternalIpsConfig: {},
      defaultSnatStatus: {},
      ...objectOf(posted["networkConfig"]),
      network,
      ...(subnetwork === undefined ? {} : { subnetwork }),
    },
    ipAllocationPolicy: ipPolicy(known, objectOf(posted["ipAllocationPolicy"])),
    privateClusterConfig: {
      ...objectOf(posted["privateClusterConfig"]),
      privateEndpoint: "",
    },
    controlPlaneEndpointsConfig: endpoints(
      posted,
      world.apiServer ?? `gke-${hash}-${number}.${location.replace(/-[a-z]$/, "")}.gke.goog`,
    ),
    addonsConfig: addons(objectOf(posted["addonsConfig"])),
    monitoringConfig: {
      advancedDatapathObservabilityConfig: {},
      ...objectOf(posted["monitoringConfig"]),
    },
  };
}

function ipPolicy(subnetwork: Json, posted: Json): Json {
  const ranges = (subnetwork["secondaryIpRanges"] ?? []) as readonly Json[];
  const rangeOf = (name: unknown): string | undefined =>
    textOf(ranges.find((range) => range["rangeName"] === name) ?? {}, "ipCidrRange");
  const pods = rangeOf(posted["clusterSecondaryRangeName"]);
  const services = rangeOf(posted["servicesSecondaryRangeName"]);
  return {
    stackType: "IPV4",
    podCidrOverprovisionConfig: {},
    defaultPodIpv4RangeUtilization: 0,
    ...posted,
    clusterIpv4Cidr: pods,
    clusterIpv4CidrBlock: pods,
    servicesIpv4Cidr: services,
    servicesIpv4CidrBlock: services,
  };
}

function endpoints(posted: Json, host: string): Json {
  const asked = objectOf(posted["controlPlaneEndpointsConfig"]);
  return {
    dnsEndpointConfig: { ...objectOf(asked["dnsEndpointConfig"]), endpoint: host },
    ipEndpointsConfig: { enabled: true, ...objectOf(asked["ipEndpointsConfig"]) },
  };
}

/** An add-on that is on by default is answered without its `disabled`. */
function addons(posted: Json): Json {
  const on = Object.entries(posted).map(([name, value]): readonly [string, Json] => {
    const { disabled, ...rest } = objectOf(value);
    return [name, disabled === true ? { disabled, ...rest } : rest];
  });
  return {
    kubernetesDashboard: { disabled: true },
    networkPolicyConfig: { disabled: true },
    dnsCacheConfig: {},
    gcpFilestoreCsiDriverConfig: {},
    gcsFuseCsiDriverConfig: {},
    ...Object.fromEntries(on),
  };
}
