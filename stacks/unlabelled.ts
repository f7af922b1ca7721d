/** How a resource without labels is found: by its name, or by the resource that contains it. */
export type Handle =
  | { readonly by: "name"; readonly attribute: string }
  | { readonly by: "parent"; readonly attribute: string; readonly kind: string };

/** Every kind in use that can have no labels. A test fails for a kind that is neither labelled nor listed here. */
export const UNLABELLED: Readonly<Record<string, Handle>> = {
  google_compute_network: { by: "name", attribute: "name" },
  google_compute_subnetwork: { by: "name", attribute: "name" },
  google_compute_router: { by: "name", attribute: "name" },
  google_compute_router_nat: { by: "name", attribute: "name" },
  google_compute_firewall: { by: "name", attribute: "name" },
  google_secret_manager_secret_version: {
    by: "parent",
    attribute: "secret",
    kind: "google_secret_manager_secret",
  },
  google_secret_manager_secret_iam_member: {
    by: "parent",
    attribute: "secret_id",
    kind: "google_secret_manager_secret",
  },
  google_service_account: { by: "name", attribute: "account_id" },
  /** A grant has no name: it belongs to its account. */
  google_project_iam_member: { by: "parent", attribute: "member", kind: "google_service_account" },
  google_service_account_iam_member: {
    by: "parent",
    attribute: "service_account_id",
    kind: "google_service_account",
  },
  google_sql_database: { by: "parent", attribute: "instance", kind: "google_sql_database_instance" },
  google_sql_user: { by: "parent", attribute: "instance", kind: "google_sql_database_instance" },
  aws_route: { by: "parent", attribute: "route_table_id", kind: "aws_route_table" },
  aws_route_table_association: { by: "parent", attribute: "subnet_id", kind: "aws_subnet" },
  aws_iam_role_policy_attachment: { by: "parent", attribute: "role", kind: "aws_iam_role" },
  aws_eks_access_policy_association: { by: "parent", attribute: "cluster_name", kind: "aws_eks_cluster" },
  helm_release: { by: "name", attribute: "name" },
};
