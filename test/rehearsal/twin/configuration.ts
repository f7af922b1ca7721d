import { TWIN_PROJECT } from "../../../reference-architectures/twin-project.ts";

type Json = Record<string, unknown>;
export const RUN_ID = "01k0a9x2y3z4w5v6t7s8r9q0pa";

const google = {
  project: TWIN_PROJECT,
  region: "us-central1",
  zone: "us-central1-a",
  default_labels: { "bench-run": RUN_ID },
};

/** A network with a subnetwork, and what else is asked for. */
export function network(prefix: string, more: Json = {}): Json {
  return {
    provider: { google },
    resource: {
      google_compute_network: { net: { name: `${prefix}-net`, auto_create_subnetworks: false } },
      google_compute_subnetwork: {
        subnet: {
          name: `${prefix}-subnet`,
          network: "${google_compute_network.net.id}",
          ip_cidr_range: "10.0.0.0/16",
        },
      },
      ...more,
    },
  };
}

const labels = { "bench-run": RUN_ID };
const clusterResources = (prefix: string): Json => ({
  google_container_cluster: {
    cluster: {
      name: `${prefix}-gke`,
      location: "us-central1-a",
      network: "${google_compute_network.net.id}",
      subnetwork: "${google_compute_subnetwork.subnet.id}",
      deletion_protection: false,
      remove_default_node_pool: true,
      initial_node_count: 1,
      resource_labels: labels,
    },
  },
  google_container_node_pool: {
    pool: {
      name: "pool",
      location: "us-central1-a",
      cluster: "${google_container_cluster.cluster.id}",
      node_count: 1,
      node_config: [{ machine_type: "n2-standard-8", resource_labels: labels }],
    },
  },
});
const output = { host: { value: "https://${google_container_cluster.cluster.endpoint}" } };

/** Network and cluster with nodes. */
export function cluster(prefix: string): Json {
  return { ...network(prefix, clusterResources(prefix)), output };
}

/** Network, database, cluster with nodes. */
export function cloud(prefix: string): Json {
  const database = {
    google_sql_database_instance: {
      db: {
        name: `${prefix}-db`,
        database_version: "POSTGRES_16",
        deletion_protection: false,
        settings: [{ tier: "db-custom-2-7680", edition: "ENTERPRISE", user_labels: labels }],
      },
    },
    google_sql_user: {
      coder: {
        name: "coder",
        instance: "${google_sql_database_instance.db.name}",
        password_wo: "${var.db_password}",
        password_wo_version: 1,
        deletion_policy: "ABANDON",
      },
    },
  };
  return {
    ...network(prefix, { ...clusterResources(prefix), ...database }),
    variable: { db_password: { type: "string", ephemeral: true, default: "unset" } },
    output,
  };
}

/** Coder in the cluster at `host`, with a volume claim beside it. */
export function coder(host: string, values: Json, release: Json = {}): Json {
  return {
    provider: { kubernetes: { host }, helm: { kubernetes: { host } } },
    variable: { db_password: { type: "string", ephemeral: true, default: "unset" } },
    resource: {
      kubernetes_namespace_v1: { coder: { metadata: [{ name: "coder" }] } },
      kubernetes_secret_v1: {
        url: {
          metadata: [{ name: "coder-db", namespace: "${kubernetes_namespace_v1.coder.metadata[0].name}" }],
          data_wo: { url: "postgres://coder:${var.db_password}@db/coder" },
          data_wo_revision: 1,
        },
      },
      kubernetes_persistent_volume_claim_v1: {
        home: {
          metadata: [{ name: "home", namespace: "${kubernetes_namespace_v1.coder.metadata[0].name}" }],
          spec: [{ access_modes: ["ReadWriteOnce"], resources: [{ requests: { storage: "10Gi" } }] }],
        },
      },
      helm_release: {
        coder: {
          name: "coder",
          namespace: "${kubernetes_namespace_v1.coder.metadata[0].name}",
          repository: "https://helm.coder.com/v2",
          chart: "coder",
          version: "2.31.0",
          values: [JSON.stringify({ coder: values })],
          depends_on: ["kubernetes_secret_v1.url"],
          ...release,
        },
      },
    },
    data: {
      kubernetes_service_v1: {
        coder: {
          metadata: [{ name: "coder", namespace: "coder" }],
          depends_on: ["helm_release.coder"],
        },
      },
    },
    output: {
      url: {
        value:
          "http://${data.kubernetes_service_v1.coder.status[0].load_balancer[0].ingress[0].ip}:${data.kubernetes_service_v1.coder.spec[0].port[0].port}",
      },
    },
  };
}

/** Releases of Coder's chart and the secret, without reading a Service. */
export function coderReleases(host: string, releases: Record<string, Json>): Json {
  const whole = coder(host, {}) as { provider: Json; variable: Json; resource: Record<string, Json> };
  const template = whole.resource["helm_release"]!["coder"] as Json;
  const { kubernetes_namespace_v1, kubernetes_secret_v1 } = whole.resource;
  const helm_release = Object.fromEntries(
    Object.entries(releases).map(([name, release]) => [name, { ...template, ...release }]),
  );
  return {
    provider: whole.provider,
    variable: whole.variable,
    resource: { kubernetes_namespace_v1, kubernetes_secret_v1, helm_release },
  };
}

export const CODER_ENV = [
  { name: "CODER_PROVISIONER_DAEMONS", value: "30" },
  { name: "CODER_PG_CONNECTION_URL", valueFrom: { secretKeyRef: { name: "coder-db", key: "url" } } },
];

/** The blocks with attributes of one resource, `type.name`, added or replaced. */
export function edited(blocks: Json, address: string, attributes: object): Json {
  const [type = "", name = ""] = address.split(".");
  const resources = blocks["resource"] as Record<string, Record<string, Json>>;
  const resource = { ...resources[type], [name]: { ...resources[type]?.[name], ...attributes } };
  return { ...blocks, resource: { ...resources, [type]: resource } };
}
