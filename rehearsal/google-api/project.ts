import type { Json } from "./json.ts";

/** A quota as compute lists it. */
export interface Quota {
  readonly limit: number;
  readonly usage: number;
}

/** What Google measured of one thing. A point of a counter is its growth since the point before. */
export interface MeasuredSeries {
  /** Such as `cloudsql.googleapis.com/database/cpu/usage_time`. */
  readonly type: string;
  /** Labels of the metric and of its resource. */
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly { readonly atMs: number; readonly value: number }[];
}

/** Facts about the mock's one project, and about the cloud around it; tests and people may change any of them. */
export interface ProjectFacts {
  readonly id: string;
  readonly number: string;
  lifecycleState: string;
  labels: Record<string, string>;
  /** Names of the enabled APIs, without `.googleapis.com`. */
  services: string[];
  /** Permissions that the caller does not have in the project. */
  readonly ungranted: Set<string>;
  /** Effective organisation policies by constraint; those that are absent are not set. The caller may not ask where `denied`. */
  orgPolicies: Map<string, Json> | "denied";
  /** Google's answer about the token. */
  tokenInfo: Json;
  /** Quotas of each region, and of the whole project. */
  readonly regionQuotas: Map<string, Quota>;
  readonly projectQuotas: Map<string, Quota>;
  /** Machine types of every zone, with their cores and memory. */
  readonly machineTypes: Map<string, { readonly cores: number; readonly memoryGib: number }>;
  /** Processors of every zone. */
  cpuPlatforms: string[];
  /** Paths of public images that Google has removed; every other one exists. */
  readonly removedImages: Set<string>;
  /** GKE's versions, newest first, by channel; the control plane may have any of them. */
  kubernetesVersions: Record<string, string[]>;
  /** Cloud SQL's versions. */
  postgresVersions: string[];
  /** Hits of the asset search that are not in the store. */
  assets: Json[];
  /** What Cloud Monitoring has. */
  measured: MeasuredSeries[];
  /** Scopes of aggregated lists that do not answer, such as `zones/us-central1-f`. */
  unreachable: string[];
  /** Members of a page of a list at most. */
  pageSize: number;
}

const REGIONAL = ["CPUS", "N2_CPUS", "INSTANCES", "SSD_TOTAL_GB", "DISKS_TOTAL_GB", "IN_USE_ADDRESSES"];
const GLOBAL = ["CPUS_ALL_REGIONS", "NETWORKS", "SUBNETWORKS", "ROUTERS", "FIREWALLS"];

/** Families with 4 GiB a core, and how many cores their types have. */
const STANDARD = {
  e2: [2, 4, 8, 16, 32],
  n2: [2, 4, 8, 16, 32, 48, 64, 80, 96, 128],
  c3: [4, 8, 22, 44, 88],
} as const;

const MACHINE_TYPES = [
  ...Object.entries(STANDARD).flatMap(([family, sizes]) =>
    sizes.map((cores) => [`${family}-standard-${cores}`, { cores, memoryGib: 4 * cores }] as const),
  ),
  ["e2-micro", { cores: 2, memoryGib: 1 }],
  ["e2-small", { cores: 2, memoryGib: 2 }],
  ["e2-medium", { cores: 2, memoryGib: 4 }],
] as const;

/** A project in which nothing is missing. */
export function readyProject(id: string): ProjectFacts {
  const quotas = (metrics: readonly string[]): Map<string, Quota> =>
    new Map(metrics.map((metric) => [metric, { limit: 5_000, usage: 3 }]));
  return {
    id,
    number: "42",
    lifecycleState: "ACTIVE",
    labels: {},
    orgPolicies: new Map(),
    services: [
      "cloudasset",
      "cloudresourcemanager",
      "compute",
      "container",
      "dns",
      "iam",
      "iap",
      "secretmanager",
      "serviceusage",
      "sqladmin",
      "storage",
    ],
    ungranted: new Set(),
    tokenInfo: { email: "ada@example.com", expires_in: "43200" },
    regionQuotas: quotas(REGIONAL),
    projectQuotas: quotas(GLOBAL),
    machineTypes: new Map(MACHINE_TYPES),
    cpuPlatforms: ["Intel Ice Lake", "Intel Cascade Lake", "Intel Broadwell", "AMD Milan"],
    removedImages: new Set(),
    kubernetesVersions: {
      REGULAR: ["1.36.1-gke.2", "1.35.4-gke.100"],
      EXTENDED: ["1.35.4-gke.100", "1.34.9-gke.7", "1.33.9-gke.7"],
    },
    postgresVersions: ["POSTGRES_15", "POSTGRES_16", "POSTGRES_17"],
    assets: [],
    measured: [],
    unreachable: [],
    pageSize: 500,
  };
}
