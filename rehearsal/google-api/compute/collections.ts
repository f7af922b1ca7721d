/** The scope of a collection's members. */
export type ResourceLevel = "global" | "region" | "zone";

export interface MockCollection {
  readonly levels: readonly ResourceLevel[];
  /** Fields that a create may have, by the REST reference; absent = not checked. */
  readonly fields?: ReadonlySet<string>;
  readonly required?: readonly string[];
  /** Fields that name a resource which must exist. */
  readonly references?: readonly string[];
}

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

const known = (
  levels: readonly ResourceLevel[],
  fields: string,
  rest: Omit<MockCollection, "levels" | "fields"> = {},
): MockCollection => ({ levels, fields: words(fields), ...rest });

const plain = (...levels: readonly ResourceLevel[]): MockCollection => ({ levels });

/** Fields that compute answers with and ignores in a create. */
export const OUTPUT_FIELDS = words(
  "kind id creationTimestamp selfLink selfLinkWithId status fingerprint labelFingerprint region zone users",
);

/** Every collection of compute that the mock has; those with fields check what is created. */
export const MOCK_COLLECTIONS: Readonly<Record<string, MockCollection>> = {
  networks: known(
    ["global"],
    `name description autoCreateSubnetworks routingConfig mtu enableUlaInternalIpv6 internalIpv6Range
     networkFirewallPolicyEnforcementOrder networkProfile params peerings subnetworks gatewayIPv4 IPv4Range`,
    { required: ["name"] },
  ),
  subnetworks: known(
    ["region"],
    `name description network ipCidrRange gatewayAddress privateIpGoogleAccess secondaryIpRanges enableFlowLogs
     logConfig purpose role stackType ipv6AccessType externalIpv6Prefix internalIpv6Prefix reservedInternalRange
     allowSubnetCidrRoutesOverlap privateIpv6GoogleAccess ipCollection params state`,
    { required: ["name", "network", "ipCidrRange"], references: ["network"] },
  ),
  routers: known(
    ["region"],
    `name description network bgp bgpPeers interfaces nats encryptedInterconnectRouter md5AuthenticationKeys params
     nccGateway`,
    { required: ["name", "network"], references: ["network"] },
  ),
  firewalls: known(
    ["global"],
    `name description network priority sourceRanges destinationRanges sourceTags targetTags sourceServiceAccounts
     targetServiceAccounts allowed denied direction logConfig disabled params`,
    { required: ["name"], references: ["network"] },
  ),
  addresses: known(
    ["region", "global"],
    `name description address prefixLength addressType purpose subnetwork network networkTier ipVersion labels
     ipv6EndpointType ipCollection`,
    { required: ["name"], references: ["subnetwork", "network"] },
  ),
  forwardingRules: known(
    ["region", "global"],
    `name description IPAddress IPProtocol portRange ports target loadBalancingScheme subnetwork network
     backendService serviceLabel serviceName networkTier labels allPorts allowGlobalAccess allowPscGlobalAccess
     metadataFilters isMirroringCollector sourceIpRanges baseForwardingRule noAutomateDnsZone
     serviceDirectoryRegistrations pscConnectionId pscConnectionStatus ipVersion ipCollection
     externalManagedBackendBucketMigrationState externalManagedBackendBucketMigrationTestingPercentage`,
    { required: ["name"], references: ["network", "subnetwork", "backendService", "target"] },
  ),
  instances: known(
    ["zone"],
    `name description tags machineType canIpForward networkInterfaces disks metadata serviceAccounts scheduling labels
     minCpuPlatform cpuPlatform guestAccelerators startRestricted deletionProtection resourcePolicies
     reservationAffinity hostname shieldedInstanceConfig shieldedInstanceIntegrityPolicy displayDevice
     confidentialInstanceConfig privateIpv6GoogleAccess advancedMachineFeatures networkPerformanceConfig
     keyRevocationActionType params sourceMachineImage sourceMachineImageEncryptionKey instanceEncryptionKey
     eraseWindowsVssSignature workloadIdentityConfig`,
    { required: ["name", "machineType"] },
  ),
  disks: known(
    ["zone", "region"],
    `name description sizeGb sourceImage sourceDisk sourceSnapshot type labels physicalBlockSizeBytes
     diskEncryptionKey guestOsFeatures licenses licenseCodes provisionedIops provisionedThroughput resourcePolicies
     replicaZones multiWriter accessMode storagePool enableConfidentialCompute architecture params interface options
     sourceImageEncryptionKey sourceSnapshotEncryptionKey asyncPrimaryDisk locationHint`,
    { required: ["name"] },
  ),
  instanceGroupManagers: plain("zone", "region"),
  instanceGroups: plain("zone", "region"),
  instanceTemplates: plain("global", "region"),
  autoscalers: plain("zone", "region"),
  serviceAttachments: plain("region"),
  targetHttpProxies: plain("global", "region"),
  targetHttpsProxies: plain("global", "region"),
  targetTcpProxies: plain("global", "region"),
  targetSslProxies: plain("global"),
  targetPools: plain("region"),
  targetInstances: plain("zone"),
  sslCertificates: plain("global", "region"),
  urlMaps: plain("global", "region"),
  backendServices: plain("global", "region"),
  healthChecks: plain("global", "region"),
  httpHealthChecks: plain("global"),
  httpsHealthChecks: plain("global"),
  securityPolicies: plain("global", "region"),
  networkEndpointGroups: plain("zone", "region", "global"),
  snapshots: plain("global"),
  images: plain("global"),
  resourcePolicies: plain("region"),
  routes: plain("global"),
};

/** Compute's word for one member, as in the `kind` of an answer. */
export function singularOf(collection: string): string {
  if (collection.endsWith("ies")) return `${collection.slice(0, -3)}y`;
  return collection.replace(/(ss)es$|s$/, "$1");
}
