import { assumed, type KindSeconds, published } from "./duration.ts";

/** How long Google's kinds take. */
export const GOOGLE_SECONDS = {
  google_compute_network: published(22, 22, "11 s to 1 min in public apply logs"),
  google_compute_subnetwork: assumed(15, 15),
  google_compute_router: assumed(11, 11),
  google_compute_router_nat: assumed(12, 12),
  google_compute_firewall: assumed(11, 11),
  google_compute_address: published(14, 11, "14 s in public apply logs, of a global address"),
  google_compute_forwarding_rule: assumed(20, 15),
  google_dns_managed_zone: assumed(5, 3),
  google_dns_record_set: assumed(3, 3),
  google_service_account: assumed(11, 2),
  google_project_iam_member: assumed(8, 8),
  google_service_account_iam_member: assumed(4, 4),
  google_sql_database_instance: published(
    540,
    142,
    "4m32 to 18m23 in public apply logs, typically 8 to 11 min; deleted in 2m22",
  ),
  google_sql_database: assumed(5, 5),
  google_sql_user: assumed(5, 5),
  google_container_cluster: published(
    290,
    189,
    "2m36 to 6m17 in public apply logs, one 9m22; deleted in 2m44 to 3m40",
  ),
  google_container_node_pool: published(
    90,
    120,
    "1m04 to 1m56 in public apply logs; deletion of 1 to 4 min is from experience",
  ),
  google_compute_disk: assumed(11, 11),
  google_compute_instance: assumed(18, 40, "10 to 25 s, and 20 to 60 s, from experience"),
  google_secret_manager_secret: assumed(3, 2),
  google_secret_manager_secret_iam_member: assumed(4, 4),
  google_secret_manager_secret_version: assumed(3, 2),
} as const satisfies Readonly<Record<string, KindSeconds>>;
