import { HOLD_SECONDS } from "../hold-seconds.ts";
import type { Architecture, Size } from "../architecture.ts";
import { LOAD_RUNNER } from "../artefacts/load-runner.ts";
import { PROVISIONER_MACHINE } from "../artefacts/provisioner-machine.ts";
import { N2_PROCESSOR } from "../machine-types.ts";
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
  /** Ours: the minor version in standard support. Preflight of a real run compares it with the cloud's list. */
  kubernetesVersion: "1.35",
  /** Ours: Google's own default. The stack excludes upgrades during a run for both channels. */
  kubernetesChannel: "REGULAR",
  /** The seed's rule, so that rows can be compared with the seed's. */
  buildRule: "seed-2023",
} as const;

/** Draft: GKE, 100 users with 200 workspaces. */
const size100: Size = {
  ...COMMON,
  users: 100,
  workspaces: 200,
  /** 200 workspaces of 100 users. */
  workspacesPerUser: 2,
  /** Ours: one replica, which needs no licence, with the seed's 30 daemons for each replica. */
  concurrentBuilds: 30,
  connections: {
    /** Ours: a tenth of the seed's 10,000, which is five for each workspace. */
    total: 1_000,
    /** Ours: one SSH session for each workspace, because the seed names "Terminal/SSH" without a split. */
    sshShare: 0.2,
    /** Ours: all of them within 5 seconds. */
    rampPerSecond: 200,
    holdSeconds: HOLD_SECONDS,
    commandsPerSecond: 100,
  },
  coder: {
    version: CODER_VERSION,
    replicas: 1,
    daemonsPerReplica: 30,
    /**
     * Ours: the free resources of an n2-standard-8 beside Kubernetes' own. The chart's 2 cores and 4 GiB are too
     * little for 30 daemons.
     */
    cpuMillis: 7_000,
    memoryGib: 26,
    /** Ours: Coder's default of 10 is for small deployments. */
    databaseConnections: 100,
  },
  licensed: false,
  machines: {
    /**
     * Seed: 8 cores per 30 builds. N2 instead of the seed's e2-highcpu-8, because its processor is known, and 30
     * daemons of up to 1 GB need 32 GB.
     */
    coder: { machineType: "n2-standard-8", minCpuPlatform: N2_PROCESSOR, nodes: 1 },
    /** Ours: 200 disks need two nodes (127 each), and 200 pods of 0.1 cores fit on them. */
    workspaces: { machineType: "e2-standard-16", nodes: 2 },
    /** Ours: for Kubernetes' own pods, so that they do not run on measured machines. */
    system: { machineType: "e2-standard-4", nodes: 1 },
    provisioners: PROVISIONER_MACHINE.google,
    runner: LOAD_RUNNER.google.small,
  },
  database: {
    kind: "cloud-sql",
    /** Ours: Coder needs 13 or newer. */
    version: "POSTGRES_16",
    /** Coder's table: 1,000 users and 50 builds on db-custom-2-7680 (April 2024). */
    tier: "db-custom-2-7680",
    /** Ours: a disk's speed grows with its size. With 10 GB the disk would be the limit instead of the machine. */
    diskGib: 50,
    /** Ours: 100 connections of the one replica, and a fifth more. */
    maxConnections: 200,
  },
};

/** Seed: GKE, 1,200 users, 120 builds, 10,000 connections. */
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
    /** Ours, as in size 100: one SSH session for each of the 1,200 workspaces. */
    sshShare: 0.12,
    /** Ours: all of them within 20 seconds. */
    rampPerSecond: 500,
    holdSeconds: HOLD_SECONDS,
    commandsPerSecond: 200,
  },
  coder: {
    version: CODER_VERSION,
    replicas: 4,
    daemonsPerReplica: 30,
    /** As in size 100. */
    cpuMillis: 7_000,
    memoryGib: 26,
    /** Ours: four times 100, and a fifth more, are below the database's 500. */
    databaseConnections: 100,
  },
  /** Four replicas are a licensed feature. */
  licensed: true,
  machines: {
    /** Seed: "4 nodes × 8 cores". N2 for the reasons of size 100. */
    coder: { machineType: "n2-standard-8", minCpuPlatform: N2_PROCESSOR, nodes: 4 },
    /** Ours: 1,200 disks need ten nodes (127 each), while 1,200 pods of 0.1 cores would need eight. */
    workspaces: { machineType: "e2-standard-16", nodes: 10 },
    /** Ours, as in size 100. */
    system: { machineType: "e2-standard-4", nodes: 2 },
    provisioners: PROVISIONER_MACHINE.google,
    runner: LOAD_RUNNER.google.large,
  },
  database: {
    kind: "cloud-sql",
    version: "POSTGRES_16",
    /** Validated: 16 cores and 60 GB for 1,200 running workspaces and 120 builds. The seed said 1.5 cores. */
    tier: "db-custom-16-61440",
    /** Ours, as in size 100, for a larger machine. */
    diskGib: 250,
    /** Coder's own scale tests: 500. */
    maxConnections: 500,
  },
};

/**
 * Ours: the smallest environment with every kind of resource. It shows for under $3 whether everything is created and
 * deleted.
 */
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
    cpuMillis: 1_500,
    memoryGib: 4,
    databaseConnections: 20,
  },
  licensed: false,
  machines: {
    /** One small node for Coder, the workspaces and Kubernetes' own pods. */
    coder: { machineType: "n2-standard-4", minCpuPlatform: N2_PROCESSOR, nodes: 1 },
    workspaces: { machineType: "n2-standard-4", nodes: 0 },
    system: { machineType: "n2-standard-4", nodes: 0 },
    provisioners: PROVISIONER_MACHINE.google,
    runner: LOAD_RUNNER.google.small,
  },
  database: {
    kind: "cloud-sql",
    version: "POSTGRES_16",
    /** The smallest tier with its own core. */
    tier: "db-custom-1-3840",
    diskGib: 10,
    maxConnections: 100,
  },
};

/** Coder on Google Kubernetes Engine with Cloud SQL. */
export const gke: Architecture = {
  name: "gke",
  label: "Kubernetes (GKE)",
  cloud: "google",
  /** Ours: the region with the best documented prices and quotas, and Google's default for both. */
  region: "us-central1",
  /** One zone, because traffic between zones costs money, and its latency would be measured. */
  zone: "us-central1-a",
  carriedBy: "gke",
  databases: ["cloud-sql"],
  stacks: ["gke-cloud", "gke-coder"],
  templateName: "kubernetes",
  defaultSize: "100",
  sizes: {
    "100": size100,
    "1200": size1200,
    "validated-1k": validatedSize("validated-1k", COMMON),
    "validated-2k": validatedSize("validated-2k", COMMON),
    "validated-3k": validatedSize("validated-3k", COMMON),
    "validated-10k": validatedSize("validated-10k", COMMON),
    canary,
  },
  objectives: [...OBJECTIVES],
};
