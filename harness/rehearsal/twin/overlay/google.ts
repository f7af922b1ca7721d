import { GOOGLE_NETWORK } from "./google-network.ts";
import type { Reference, TypeOverlay } from "./overlay.ts";

const compute = "https://www.googleapis.com/compute/v1/";
const network: Reference = { at: "network", kind: "google_compute_network", scope: "{project}" };
const subnetwork: Reference = {
  at: "subnetwork",
  kind: "google_compute_subnetwork",
  scope: "{project}/{location|region}",
};
const instance: Reference = {
  at: "instance",
  kind: "google_sql_database_instance",
  scope: "{project}",
  parent: true,
};

/** Google's types. Durations are those of public apply logs where there are some; others are chosen of their size. */
export const GOOGLE = {
  ...GOOGLE_NETWORK,
  google_service_account: {
    name: "{account_id}",
    scope: "{project}",
    path: "projects/{project}/serviceAccounts/{account_id}@{project}.iam.gserviceaccount.com",
    id: "projects/{project}/serviceAccounts/{account_id}@{project}.iam.gserviceaccount.com",
    forceNew: ["account_id", "project"],
    computed: {
      email: "{account_id}@{project}.iam.gserviceaccount.com",
      member: "serviceAccount:{account_id}@{project}.iam.gserviceaccount.com",
      name: "projects/{project}/serviceAccounts/{account_id}@{project}.iam.gserviceaccount.com",
      unique_id: "{hash}",
    },
    seconds: { create: 11, delete: 2 },
  },
  google_project_iam_member: {
    name: "{role} {member}",
    scope: "{project}",
    path: "projects/{project}/{role}/{member}",
    id: "{project}/{role}/{member}",
    forceNew: ["project", "role", "member", "condition"],
    computed: { etag: "{hash}" },
    shared: true,
    seconds: { create: 8, delete: 8 },
  },
  google_service_account_iam_member: {
    name: "{role} {member}",
    scope: "{service_account_id}",
    path: "{service_account_id}/{role}/{member}",
    id: "{service_account_id}/{role}/{member}",
    forceNew: ["service_account_id", "role", "member", "condition"],
    computed: { etag: "{hash}" },
    shared: true,
    seconds: { create: 4, delete: 4 },
  },
  google_sql_database_instance: {
    schema: { sensitive: ["root_password", "server_ca_cert", "replica_configuration.password"] },
    name: "{name}",
    scope: "{project}",
    path: "projects/{project}/instances/{name}",
    id: "{name}",
    forceNew: ["name", "project", "region"],
    defaults: {
      deletion_protection: true,
      "settings.*.activation_policy": "ALWAYS",
      "settings.*.availability_type": "ZONAL",
      "settings.*.disk_autoresize": true,
      "settings.*.disk_type": "PD_SSD",
      "settings.*.pricing_plan": "PER_USE",
      "settings.*.deletion_protection_enabled": false,
      "settings.*.ip_configuration.*.ipv4_enabled": true,
    },
    computed: {
      self_link: "https://sqladmin.googleapis.com/sql/v1beta4/projects/{project}/instances/{name}",
      connection_name: "{project}:{region}:{name}",
      dns_name: "{hash}.{region}.sql.goog.",
      psc_service_attachment_link: "projects/twin/regions/{region}/serviceAttachments/{hash}-psc",
      service_account_email_address: "p0-{hash}@gcp-sa-cloud-sql.iam.gserviceaccount.com",
      instance_type: "CLOUD_SQL_INSTANCE",
      private_ip_address: "{ip}",
      first_ip_address: "{ip}",
      available_maintenance_versions: [],
    },
    labels: "settings.0.user_labels",
    references: [
      {
        at: "settings.*.ip_configuration.*.private_network",
        kind: "google_compute_network",
        scope: "{project}",
      },
    ],
    protect: {
      at: "deletion_protection",
      message:
        "Error, failed to delete instance because deletion_protection is set to true. Set it to false to proceed with instance deletion.",
    },
    // 4m32 … 18m23 in public apply logs, typically 8 to 11 min; deleted in 2m22.
    seconds: { create: 540, delete: 142 },
  },
  google_sql_database: {
    name: "{name}",
    scope: "{project}/{instance|last}",
    path: "projects/{project}/instances/{instance|last}/databases/{name}",
    id: "projects/{project}/instances/{instance|last}/databases/{name}",
    forceNew: ["name", "project", "instance"],
    defaults: { deletion_policy: "DELETE" },
    computed: {
      charset: "UTF8",
      collation: "en_US.UTF8",
      self_link: "projects/{project}/instances/{instance}/databases/{name}",
    },
    references: [instance],
    abandonable: true,
    seconds: { create: 5, delete: 5 },
  },
  google_sql_user: {
    schema: { version: 1, sensitive: ["password"], writeOnly: ["password_wo"] },
    name: "{name}",
    scope: "{project}/{instance|last}",
    path: "projects/{project}/instances/{instance|last}/users/{name}",
    id: "{name}//{instance|last}",
    forceNew: ["name", "project", "instance", "host"],
    references: [instance],
    abandonable: true,
    seconds: { create: 5, delete: 5 },
  },
  google_container_cluster: {
    schema: {
      version: 2,
      maxItems: {
        "addons_config.ray_operator_config": 3,
        "maintenance_policy.maintenance_exclusion": 20,
        "node_config.secondary_boot_disks": 127,
        "node_pool.node_config.secondary_boot_disks": 127,
      },
    },
    name: "{name}",
    scope: "{project}/{location|zone}",
    path: "projects/{project}/locations/{location|zone}/clusters/{name}",
    id: "projects/{project}/locations/{location|zone}/clusters/{name}",
    forceNew: [
      "name",
      "project",
      "location",
      "network",
      "subnetwork",
      "initial_node_count",
      "networking_mode",
    ],
    defaults: { deletion_protection: true, enable_kubernetes_alpha: false, enable_legacy_abac: false },
    computed: {
      endpoint: "{ip}",
      master_version: "1.33.5-gke.1000000",
      min_master_version: "1.33.5-gke.1000000",
      node_version: "1.33.5-gke.1000000",
      self_link:
        "https://container.googleapis.com/v1/projects/{project}/locations/{location|zone}/clusters/{name}",
      services_ipv4_cidr: "34.118.224.0/20",
      cluster_ipv4_cidr: "10.0.0.0/14",
      networking_mode: "VPC_NATIVE",
      datapath_provider: "LEGACY_DATAPATH",
      logging_service: "logging.googleapis.com/kubernetes",
      monitoring_service: "monitoring.googleapis.com/kubernetes",
      "control_plane_endpoints_config.*.dns_endpoint_config.*.endpoint": "gke-{hash}.{region}.gke.goog",
    },
    computedBlocks: {
      master_auth: [
        {
          client_certificate: "",
          client_key: "",
          cluster_ca_certificate: "dHdpbg==",
          client_certificate_config: [],
        },
      ],
      control_plane_endpoints_config: [
        {
          dns_endpoint_config: [{ allow_external_traffic: false, endpoint: "gke-{hash}.{region}.gke.goog" }],
          ip_endpoints_config: [],
        },
      ],
    },
    labels: "resource_labels",
    references: [network, { ...subnetwork, scope: "{project}/{region}" }],
    protect: {
      at: "deletion_protection",
      message:
        "Cannot destroy cluster because deletion_protection is set to true. Set it to false to proceed with cluster deletion.",
    },
    // 2m36 … 6m17 in public apply logs, one 9m22; deleted in 2m44, 3m09, 3m40.
    seconds: { create: 290, delete: 189 },
  },
  google_container_node_pool: {
    schema: { version: 1, maxItems: { "node_config.secondary_boot_disks": 127 } },
    name: "{name}",
    scope: "{project}/{location|zone}/{cluster|last}",
    path: "projects/{project}/locations/{location|zone}/clusters/{cluster|last}/nodePools/{name}",
    id: "projects/{project}/locations/{location|zone}/clusters/{cluster|last}/nodePools/{name}",
    forceNew: ["name", "project", "location", "cluster", "initial_node_count"],
    computed: { version: "1.33.5-gke.1000000", instance_group_urls: [], managed_instance_group_urls: [] },
    labels: "node_config.0.resource_labels",
    references: [
      {
        at: "cluster",
        kind: "google_container_cluster",
        scope: "{project}/{location|zone}",
        parent: true,
      },
    ],
    // 1m04 … 1m56 in public apply logs; deletion of 1 to 4 min is from experience.
    seconds: { create: 90, delete: 120 },
  },
  google_compute_disk: {
    schema: { sensitive: ["disk_encryption_key.raw_key", "disk_encryption_key.rsa_encrypted_key"] },
    name: "{name}",
    scope: "{project}/{zone|last}",
    path: "projects/{project}/zones/{zone|last}/disks/{name}",
    id: "projects/{project}/zones/{zone|last}/disks/{name}",
    forceNew: ["name", "project", "zone", "type", "image", "snapshot"],
    defaults: { type: "pd-standard" },
    computed: {
      creation_timestamp: "{now}",
      self_link: `${compute}projects/{project}/zones/{zone|last}/disks/{name}`,
      size: 10,
      physical_block_size_bytes: 4096,
    },
    labels: "labels",
    seconds: { create: 11, delete: 11 },
  },
  google_compute_instance: {
    schema: {
      version: 6,
      sensitive: [
        "attached_disk.disk_encryption_key_raw",
        "attached_disk.disk_encryption_key_rsa",
        "boot_disk.disk_encryption_key_raw",
        "boot_disk.disk_encryption_key_rsa",
        "boot_disk.initialize_params.source_image_encryption_key.raw_key",
        "boot_disk.initialize_params.source_image_encryption_key.rsa_encrypted_key",
        "boot_disk.initialize_params.source_snapshot_encryption_key.raw_key",
        "boot_disk.initialize_params.source_snapshot_encryption_key.rsa_encrypted_key",
      ],
    },
    name: "{name}",
    scope: "{project}/{zone|last}",
    path: "projects/{project}/zones/{zone|last}/instances/{name}",
    id: "projects/{project}/zones/{zone|last}/instances/{name}",
    forceNew: ["name", "project", "zone", "boot_disk.0.initialize_params"],
    defaults: {
      deletion_protection: false,
      can_ip_forward: false,
      "boot_disk.*.auto_delete": true,
      "boot_disk.*.mode": "READ_WRITE",
    },
    computed: {
      creation_timestamp: "{now}",
      self_link: `${compute}projects/{project}/zones/{zone|last}/instances/{name}`,
      instance_id: "{hash}",
      current_status: "RUNNING",
      cpu_platform: "Intel Cascade Lake",
      "network_interface.*.network_ip": "{ip}",
    },
    labels: "labels",
    references: [
      { at: "network_interface.*.network", kind: "google_compute_network", scope: "{project}" },
      {
        at: "network_interface.*.subnetwork",
        kind: "google_compute_subnetwork",
        scope: "{project}/{region}",
      },
      { at: "boot_disk.*.source", kind: "google_compute_disk", scope: "{project}/{zone|last}" },
      { at: "attached_disk.*.source", kind: "google_compute_disk", scope: "{project}/{zone|last}" },
    ],
    protect: {
      at: "deletion_protection",
      message:
        'Cannot delete instance {name}: instance Deletion Protection is enabled. Set deletion_protection to false for this resource and run "terraform apply" before attempting to delete it.',
    },
    // 10 to 25 s and 20 to 60 s, from experience.
    seconds: { create: 18, delete: 40 },
  },
  google_secret_manager_secret: {
    name: "{secret_id}",
    scope: "{project}",
    path: "projects/{project}/secrets/{secret_id}",
    id: "projects/{project}/secrets/{secret_id}",
    forceNew: ["secret_id", "project", "replication"],
    computed: { name: "projects/{project}/secrets/{secret_id}", create_time: "{now}" },
    labels: "labels",
    seconds: { create: 3, delete: 2 },
  },
  google_secret_manager_secret_version: {
    schema: { sensitive: ["secret_data"], writeOnly: ["secret_data_wo"] },
    name: "{hash}",
    scope: "{secret}",
    path: "{secret}/versions/1",
    id: "{secret}/versions/1",
    forceNew: ["secret", "secret_data", "secret_data_wo_version"],
    defaults: {
      deletion_policy: "DELETE",
      is_secret_data_base64: false,
      enabled: true,
      secret_data_wo_version: 0,
    },
    computed: { name: "{secret}/versions/1", version: "1", create_time: "{now}" },
    references: [{ at: "secret", kind: "google_secret_manager_secret", scope: "{project}", parent: true }],
    seconds: { create: 3, delete: 2 },
  },
} as const satisfies Record<string, TypeOverlay>;
