/** Whether a provider's objects are nested attributes (framework) or blocks and object lists (SDK). */
export type ProviderStyle = "framework" | "sdk";

/** One provider that the twin replaces, with the types that it answers. */
export interface ProviderInUse {
  readonly style: ProviderStyle;
  /** The provider's version that the @cdktf package binds, and so pins. */
  readonly version: string;
  readonly resources: readonly string[];
  readonly dataSources: readonly string[];
}

/**
 * The types that the twin answers. To add one, add a line here and run `npm run schemas`. Names are without the
 * provider's prefix, as the folders of `@cdktf/provider-*` are.
 */
export const TYPES_IN_USE = {
  google: {
    style: "sdk",
    version: "6.50.0",
    resources: [
      "compute_address",
      "compute_disk",
      "compute_firewall",
      "compute_forwarding_rule",
      "compute_instance",
      "compute_network",
      "compute_router",
      "compute_router_nat",
      "compute_subnetwork",
      "container_cluster",
      "container_node_pool",
      "dns_managed_zone",
      "dns_record_set",
      "project_iam_member",
      "secret_manager_secret",
      "secret_manager_secret_iam_member",
      "secret_manager_secret_version",
      "service_account",
      "service_account_iam_member",
      "sql_database",
      "sql_database_instance",
      "sql_user",
    ],
    dataSources: ["client_config", "compute_image", "container_engine_versions", "project"],
  },
  aws: {
    style: "sdk",
    version: "6.25.0",
    resources: [
      "db_instance",
      "db_parameter_group",
      "db_subnet_group",
      "eip",
      "eks_access_entry",
      "eks_access_policy_association",
      "eks_cluster",
      "eks_node_group",
      "iam_instance_profile",
      "iam_openid_connect_provider",
      "iam_role",
      "iam_role_policy_attachment",
      "instance",
      "internet_gateway",
      "launch_template",
      "nat_gateway",
      "route",
      "route_table",
      "route_table_association",
      "security_group",
      "subnet",
      "vpc",
      "vpc_security_group_egress_rule",
      "vpc_security_group_ingress_rule",
    ],
    dataSources: ["caller_identity", "ssm_parameter"],
  },
  kubernetes: {
    style: "sdk",
    version: "2.38.0",
    resources: [
      "config_map_v1",
      "deployment_v1",
      "limit_range_v1",
      "namespace",
      "namespace_v1",
      "persistent_volume_claim_v1",
      "resource_quota_v1",
      "role_binding_v1",
      "role_v1",
      "secret",
      "secret_v1",
      "service_account_v1",
      "service_v1",
      "stateful_set_v1",
      "storage_class_v1",
    ],
    dataSources: ["service", "service_v1"],
  },
  helm: { style: "framework", version: "3.1.1", resources: ["release"], dataSources: [] },
} as const satisfies Record<string, ProviderInUse>;

export type ProviderName = keyof typeof TYPES_IN_USE;
