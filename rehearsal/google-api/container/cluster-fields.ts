/** Fields that a cluster of a create may have, by the REST reference. */
export const CLUSTER_FIELDS: ReadonlySet<string> = new Set(
  `name description initialNodeCount nodeConfig masterAuth loggingService monitoringService network clusterIpv4Cidr
   addonsConfig subnetwork nodePools locations enableKubernetesAlpha alphaClusterFeatureGates enableK8sBetaApis
   resourceLabels labelFingerprint legacyAbac networkPolicy ipAllocationPolicy masterAuthorizedNetworksConfig
   maintenancePolicy binaryAuthorization autoscaling networkConfig defaultMaxPodsConstraint resourceUsageExportConfig
   authenticatorGroupsConfig privateClusterConfig databaseEncryption verticalPodAutoscaling shieldedNodes
   releaseChannel workloadIdentityConfig workloadCertificates meshCertificates workloadAltsConfig costManagementConfig
   clusterTelemetry notificationConfig confidentialNodes identityServiceConfig initialClusterVersion autopilot
   nodePoolDefaults loggingConfig monitoringConfig nodePoolAutoConfig podAutoscaling etag fleet securityPostureConfig
   controlPlaneEndpointsConfig enterpriseConfig secretManagerConfig compliancePostureConfig userManagedKeysConfig
   rbacBindingConfig gkeAutoUpgradeConfig anonymousAuthenticationConfig parentProductConfig protectConfig podSecurityPolicyConfig
   deletionProtection location zone`
    .trim()
    .split(/\s+/),
);
