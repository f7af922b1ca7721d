import { AWS_KIND_NAMES } from "./aws/kinds.ts";
import { GOOGLE_KINDS } from "./google/kinds.ts";
import { KUBERNETES_KINDS } from "./kubernetes/kinds.ts";

/** Kinds that an inventory lists with their own call, as Terraform types. */
export const LISTED_KINDS: ReadonlySet<string> = new Set([
  ...GOOGLE_KINDS,
  ...AWS_KIND_NAMES,
  ...KUBERNETES_KINDS,
]);

/** Deleting a namespace deletes everything in it. */
const NAMESPACE = ["kubernetes_namespace_v1"] as const;

/** Kinds without their own list call, and the kinds whose deletion deletes them. */
export const KINDS_INSIDE_OTHERS: Readonly<Record<string, readonly string[]>> = {
  /** A pool's machines are listed as instances; the pool belongs to its cluster. */
  google_container_node_pool: ["google_container_cluster"],
  google_sql_database: ["google_sql_database_instance"],
  google_sql_user: ["google_sql_database_instance"],
  /** A rule in a router's configuration, without a name outside it. */
  google_compute_router_nat: ["google_compute_router"],
  /** An account's policy is deleted with it. The project's policy is not, and is listed. */
  google_service_account_iam_member: ["google_service_account"],
  google_secret_manager_secret_version: ["google_secret_manager_secret"],
  google_secret_manager_secret_iam_member: ["google_secret_manager_secret"],
  /** The sweep deletes a zone's records before the zone. */
  google_dns_record_set: ["google_dns_managed_zone"],

  aws_eks_addon: ["aws_eks_cluster"],
  aws_eks_access_entry: ["aws_eks_cluster"],
  aws_eks_access_policy_association: ["aws_eks_cluster"],
  aws_eks_pod_identity_association: ["aws_eks_cluster"],
  aws_route: ["aws_route_table"],
  aws_route_table_association: ["aws_route_table"],
  aws_security_group_rule: ["aws_security_group"],
  aws_vpc_security_group_ingress_rule: ["aws_security_group"],
  aws_vpc_security_group_egress_rule: ["aws_security_group"],
  aws_iam_role_policy: ["aws_iam_role"],
  /** Removing a role detaches its policies first. */
  aws_iam_role_policy_attachment: ["aws_iam_role"],
  aws_lb_listener: ["aws_lb"],
  aws_lb_target_group_attachment: ["aws_lb_target_group"],
  aws_volume_attachment: ["aws_instance"],

  helm_release: NAMESPACE,
  kubernetes_config_map_v1: NAMESPACE,
  kubernetes_deployment_v1: NAMESPACE,
  kubernetes_limit_range_v1: NAMESPACE,
  kubernetes_pod_v1: NAMESPACE,
  kubernetes_resource_quota_v1: NAMESPACE,
  kubernetes_role_binding_v1: NAMESPACE,
  kubernetes_role_v1: NAMESPACE,
  kubernetes_secret_v1: NAMESPACE,
  kubernetes_service_account_v1: NAMESPACE,
  kubernetes_stateful_set_v1: NAMESPACE,

  /** On a Coder machine: containers, networks and volumes are on its disk. */
  docker_container: ["google_compute_instance"],
  docker_image: ["google_compute_instance"],
  docker_network: ["google_compute_instance"],
  docker_volume: ["google_compute_instance"],
};

/** Terraform types that exist only in a state, or in Coder's database. */
const NOWHERE = /^(coder|random|time|tls|null|local|terraform|cloudinit)_/;

/** Returns the kinds that no inventory would find: neither listed nor part of a listed kind. */
export function unlistedKinds(kinds: Iterable<string>): readonly string[] {
  return [...new Set(kinds)].filter((kind) => !isFound(kind)).sort();
}

function isFound(kind: string): boolean {
  if (LISTED_KINDS.has(kind) || NOWHERE.test(kind)) return true;
  const within = Object.hasOwn(KINDS_INSIDE_OTHERS, kind) ? KINDS_INSIDE_OTHERS[kind] : undefined;
  return within !== undefined && within.every((parent) => LISTED_KINDS.has(parent));
}
