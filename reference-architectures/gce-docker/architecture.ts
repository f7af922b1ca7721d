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
  TEMPLATE_PROVIDERS,
} from "../seed.ts";

/** Figures that all sizes share. */
const COMMON = {
  ...SEED_COMMAND,
  /** Ours: none. A volume of Docker is a folder on the machine's disk, without a limit on its size. */
  homeVolumeGib: 0,
  provisioners: PROVISIONERS,
  externalProvisioners: EXTERNAL_PROVISIONERS,
  workspacePod: AGENT,
  templateProviders: TEMPLATE_PROVIDERS,
  coderTraces: CODER_TRACES,
  /** Measured by Coder in 2024. The seed measured its 0.27 cores for each build on machines with builds only. */
  buildRule: "measured-2024",
} as const;

/** The reserve of both large sizes for Coder and its builds. */
const CODER = {
  version: CODER_VERSION,
  /** One machine runs one replica, which needs no licence. */
  replicas: 1,
  /** Seed: "Docker (Single VM)", 50 concurrent builds. */
  daemonsPerReplica: 50,
  /** Ours: 50 builds at 0.35 cores. The connections come after the builds and need less. */
  cpuMillis: 18_000,
  /** Validated: 1 GB for each daemon, and 12 GB for Coder itself. */
  memoryGib: 62,
  /** Ours: Coder's default of 10 is for small deployments. */
  databaseConnections: 100,
} as const;

/** The database of both large sizes. */
const DATABASE = {
  /** Ours: recommended by Coder. `on-box` needs no other machine. */
  kind: "cloud-sql",
  /** Ours: Coder needs 13 or newer. */
  version: "POSTGRES_16",
  /** Validated: 8 cores and 30 GB for 600 running workspaces and 60 builds. */
  tier: "db-custom-8-30720",
  /** Ours: a disk's speed grows with its size. With 10 GB the disk would be the limit instead of the machine. */
  diskGib: 100,
  /** Ours: 100 connections of the one replica, and a fifth more. */
  maxConnections: 200,
} as const;

/** Draft: Docker on one VM, 1,000 users with 200 workspaces. */
const size1000: Size = {
  ...COMMON,
  users: 1_000,
  workspaces: 200,
  workspacesPerUser: 1,
  concurrentBuilds: 50,
  connections: {
    /** Ours: a tenth of the seed's 10,000, which is five for each workspace. */
    total: 1_000,
    /** Ours: one SSH session for each workspace. */
    sshShare: 0.2,
    /** Ours: all of them within 5 seconds. */
    rampPerSecond: 200,
    holdSeconds: HOLD_SECONDS,
    commandsPerSecond: 100,
  },
  coder: CODER,
  licensed: false,
  machines: {
    /**
     * Ours, because no source names a machine: 18 cores for Coder and builds, 20 for 200 agents, 8 for Postgres if
     * `on-box`.
     */
    coder: {
      machineType: "n2-standard-48",
      minCpuPlatform: N2_PROCESSOR,
      nodes: 1,
      /** Ours: for images, workspaces' files and Postgres. A disk's speed grows with its size. */
      diskGib: 500,
    },
    workspaces: { machineType: "n2-standard-48", nodes: 0 },
    system: { machineType: "n2-standard-48", nodes: 0 },
    provisioners: PROVISIONER_MACHINE.google,
    runner: LOAD_RUNNER.google.small,
  },
  database: DATABASE,
};

/** Seed: "Docker (Single VM)", 500 users, 50 builds, 10,000 connections. */
const size500: Size = {
  ...COMMON,
  users: 500,
  /** The seed's command creates one workspace for each user. */
  workspaces: 500,
  workspacesPerUser: 1,
  concurrentBuilds: 50,
  connections: {
    /** Seed. */
    total: 10_000,
    /** Ours: one SSH session for each of the 500 workspaces. */
    sshShare: 0.05,
    /** Ours: all of them within 20 seconds. */
    rampPerSecond: 500,
    holdSeconds: HOLD_SECONDS,
    commandsPerSecond: 200,
  },
  coder: CODER,
  licensed: false,
  machines: {
    /** Ours: like size 1000, with 50 cores for 500 agents. */
    coder: { machineType: "n2-standard-80", minCpuPlatform: N2_PROCESSOR, nodes: 1, diskGib: 500 },
    workspaces: { machineType: "n2-standard-80", nodes: 0 },
    system: { machineType: "n2-standard-80", nodes: 0 },
    provisioners: PROVISIONER_MACHINE.google,
    runner: LOAD_RUNNER.google.large,
  },
  database: DATABASE,
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
    coder: { machineType: "n2-standard-4", minCpuPlatform: N2_PROCESSOR, nodes: 1, diskGib: 50 },
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

/** Coder on one Compute Engine VM, with its workspaces in Docker containers on the same VM. */
export const gceDocker: Architecture = {
  name: "gce-docker",
  label: "Docker (Single VM)",
  cloud: "google",
  region: "us-central1",
  zone: "us-central1-a",
  carriedBy: "one-machine",
  databases: ["cloud-sql", "on-box"],
  stacks: ["gce-docker-cloud"],
  templateName: "docker",
  defaultSize: "1000",
  sizes: { "1000": size1000, "500": size500, canary },
  objectives: [...OBJECTIVES],
};
