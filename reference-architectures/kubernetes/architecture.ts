import { HOLD_SECONDS } from "../hold-seconds.ts";
import type { Architecture, Size } from "../architecture.ts";
import { OWN_NODE } from "../machine-types.ts";
import { OBJECTIVES } from "../objectives.ts";
import {
  AGENT,
  CODER_TRACES,
  CODER_VERSION,
  EXTERNAL_PROVISIONERS,
  PROVISIONERS,
  SEED_COMMAND,
  SEED_HOME_GIB,
  TEMPLATE_PROVIDERS,
} from "../seed.ts";
import { OWN_CLUSTER_PLACE } from "../zones.ts";
import { validatedSize } from "./validated.ts";

/** Figures that all sizes share. */
const COMMON = {
  ...SEED_COMMAND,
  homeVolumeGib: SEED_HOME_GIB,
  provisioners: PROVISIONERS,
  externalProvisioners: EXTERNAL_PROVISIONERS,
  workspacePod: AGENT,
  templateProviders: TEMPLATE_PROVIDERS,
  coderTraces: CODER_TRACES,
  /** As on GKE. */
  buildRule: "seed-2023",
} as const;

/**
 * The nodes of a size. They are not ours: their numbers are the fewest that may carry each role, and a role with 0
 * nodes shares those of Coder. What each pod requests is in the size, and a preflight compares it with what the nodes
 * can allocate.
 */
function nodes({ coder, workspaces }: { coder: number; workspaces: number }): Size["machines"] {
  return {
    coder: { machineType: OWN_NODE, nodes: coder },
    workspaces: { machineType: OWN_NODE, nodes: workspaces },
    system: { machineType: OWN_NODE, nodes: 0 },
    provisioners: { machineType: OWN_NODE, nodes: 0 },
    /** Room for a worker's program and its log. */
    runner: { machineType: OWN_NODE, diskGib: 10 },
  };
}

/** Draft: 100 users with 200 workspaces, as on GKE. */
const size100: Size = {
  ...COMMON,
  users: 100,
  workspaces: 200,
  /** 200 workspaces of 100 users. */
  workspacesPerUser: 2,
  /** Ours: one replica, which needs no licence, with the seed's 30 daemons for each replica. */
  concurrentBuilds: 30,
  connections: {
    /** As on GKE. */
    total: 1_000,
    sshShare: 0.2,
    rampPerSecond: 200,
    holdSeconds: HOLD_SECONDS,
    commandsPerSecond: 100,
  },
  coder: {
    version: CODER_VERSION,
    replicas: 1,
    daemonsPerReplica: 30,
    /** Seed: 8 cores per 30 builds. Ours: the pod has them itself, because nothing is known of the node around it. */
    cpuMillis: 8_000,
    /** 30 daemons of up to 1 GB. */
    memoryGib: 32,
    /** Ours: Coder's default of 10 is for small deployments. */
    databaseConnections: 100,
  },
  licensed: false,
  machines: nodes({ coder: 1, workspaces: 2 }),
  /** As the load runner of GKE's size 100: 200 sessions through `coder ssh`, at 24 MB each, need 5 of 8 GB. */
  generatorPod: { cpuMillis: 2_000, memoryMib: 8_192 },
  database: {
    kind: "in-cluster",
    /** Ours: Coder needs 13 or newer. */
    version: "POSTGRES_16",
    /** Coder's table: 1,000 users and 50 builds on db-custom-2-7680 (April 2024). */
    tier: "db-2000m-7680Mi",
    diskGib: 50,
    /** Ours: 100 connections of the one replica, and a fifth more. */
    maxConnections: 200,
  },
};

/** Seed: 1,200 users, 120 builds, 10,000 connections. */
const size1200: Size = {
  ...COMMON,
  users: 1_200,
  /** The seed's command creates one workspace for each user. */
  workspaces: 1_200,
  workspacesPerUser: 1,
  /** Seed: 4 replicas with 30 daemons each, one replica on each node. */
  concurrentBuilds: 120,
  connections: {
    /** Seed. */
    total: 10_000,
    /** As on GKE: one SSH session for each of the 1,200 workspaces. */
    sshShare: 0.12,
    rampPerSecond: 500,
    holdSeconds: HOLD_SECONDS,
    commandsPerSecond: 200,
  },
  coder: {
    version: CODER_VERSION,
    replicas: 4,
    daemonsPerReplica: 30,
    /** As in size 100. */
    cpuMillis: 8_000,
    memoryGib: 32,
    /** Ours: four times 100, and a fifth more, are below the database's 500. */
    databaseConnections: 100,
  },
  /** Four replicas are a licensed feature. */
  licensed: true,
  machines: nodes({ coder: 4, workspaces: 10 }),
  /** Ours: 1,200 sessions through `coder ssh` need 29 GB, in pods that fit on ordinary nodes. */
  generatorPod: { cpuMillis: 4_000, memoryMib: 12_288 },
  database: {
    kind: "in-cluster",
    version: "POSTGRES_16",
    /** Validated: 16 cores and 60 GB for 1,200 running workspaces and 120 builds. */
    tier: "db-16000m-61440Mi",
    diskGib: 250,
    /** Coder's own scale tests: 500. */
    maxConnections: 500,
  },
};

/** Ours: the smallest environment with every kind of object. All of its pods fit on one node with two cores. */
const canary: Size = {
  ...COMMON,
  users: 2,
  workspaces: 2,
  workspacesPerUser: 1,
  concurrentBuilds: 2,
  connections: { total: 4, sshShare: 0.5, rampPerSecond: 4, holdSeconds: HOLD_SECONDS, commandsPerSecond: 4 },
  coder: {
    version: CODER_VERSION,
    replicas: 1,
    daemonsPerReplica: 2,
    cpuMillis: 750,
    memoryGib: 2,
    databaseConnections: 20,
  },
  licensed: false,
  machines: nodes({ coder: 1, workspaces: 0 }),
  /** Ours: half a core, so that the generator gets its turn on a node that it shares with Coder. */
  generatorPod: { cpuMillis: 500, memoryMib: 512 },
  database: {
    kind: "in-cluster",
    version: "POSTGRES_16",
    tier: "db-250m-512Mi",
    diskGib: 10,
    maxConnections: 100,
  },
};

/** Coder in a cluster that the user has already, with Postgres in the same cluster. */
export const kubernetes: Architecture = {
  name: "kubernetes",
  label: "Kubernetes (own cluster)",
  cloud: "kubernetes",
  region: OWN_CLUSTER_PLACE,
  zone: OWN_CLUSTER_PLACE,
  carriedBy: "own-cluster",
  databases: ["in-cluster", "external"],
  stacks: ["kubernetes-coder"],
  templateName: "kubernetes",
  defaultSize: "100",
  sizes: {
    "100": size100,
    "1200": size1200,
    "validated-1k": validatedSize("validated-1k", COMMON, nodes),
    "validated-2k": validatedSize("validated-2k", COMMON, nodes),
    "validated-3k": validatedSize("validated-3k", COMMON, nodes),
    "validated-10k": validatedSize("validated-10k", COMMON, nodes),
    canary,
  },
  objectives: [...OBJECTIVES],
};
