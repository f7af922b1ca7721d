import type { PlantedLeak } from "../support/world/faults.ts";

const byController = "a controller in the cluster made it, and the cluster went first";
const ASYNCHRONOUS = "its removal goes on after the call that asked for it has answered";

/** Leaks that were seen after Google environments like ours, as far as the twin can express them. */
export const PLANTED_LEAKS: readonly PlantedLeak[] = [
  {
    name: "forwarding-rule",
    kind: "google_compute_forwarding_rule",
    because: byController,
    blocks: "google_compute_subnetwork",
    labelled: false,
    madeByController: true,
  },
  {
    name: "target-pool",
    kind: "google_compute_target_pool",
    because: byController,
    labelled: false,
    madeByController: true,
  },
  {
    name: "backend-service",
    kind: "google_compute_region_backend_service",
    because: byController,
    labelled: false,
    madeByController: true,
  },
  {
    name: "health-check",
    kind: "google_compute_health_check",
    because: byController,
    labelled: false,
    madeByController: true,
  },
  {
    name: "service-address",
    kind: "google_compute_address",
    because: byController,
    labelled: false,
    madeByController: true,
  },
  {
    name: "k8s-firewall",
    kind: "google_compute_firewall",
    because: byController,
    blocks: "google_compute_network",
    labelled: false,
    madeByController: true,
  },
  {
    name: "volume-disk",
    kind: "google_compute_disk",
    because: "the claim's reclaim raced the cluster's delete",
    labelled: true,
    madeByController: true,
  },
  {
    name: "workspace-disk",
    kind: "google_compute_disk",
    because: "Coder's own Terraform made it, and Coder went first",
    labelled: true,
    managedByCoder: true,
  },
  {
    name: "workspace-machine",
    kind: "google_compute_instance",
    because: "Coder's own Terraform made it after the destroy had begun",
    blocks: "google_compute_subnetwork",
    labelled: true,
    managedByCoder: true,
  },
  {
    name: "database-producer",
    kind: "google_sql_database_instance",
    because: ASYNCHRONOUS,
    blocks: "google_compute_network",
    labelled: true,
  },
  {
    name: "node-service-account",
    kind: "google_service_account",
    because: "named after the cluster, and no cascade deletes it",
    labelled: false,
  },
  {
    name: "secret",
    kind: "google_secret_manager_secret",
    because: "named after the cluster, and no cascade deletes it",
    labelled: true,
  },
  {
    name: "static-address",
    kind: "google_compute_address",
    because: "an address outlives the machine it was for, and bills while detached",
    labelled: true,
  },
  {
    name: "boot-disk",
    kind: "google_compute_disk",
    because: "a boot disk without auto-delete outlives its machine",
    labelled: true,
  },
];
