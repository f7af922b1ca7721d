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

/**
 * Ours: 10 GB of pd-standard write 1.2 MB per second (Google's table), which would limit the start of Debian and the
 * agent.
 */
const WORKSPACE_DISK = "pd-balanced";

/** Figures that all sizes share. */
const COMMON = {
  ...SEED_COMMAND,
  /** The machine's own disk is the home. It is deleted with its machine. */
  homeVolumeGib: SEED_HOME_GIB,
  provisioners: PROVISIONERS,
  externalProvisioners: EXTERNAL_PROVISIONERS,
  workspacePod: AGENT,
  templateProviders: TEMPLATE_PROVIDERS,
  coderTraces: CODER_TRACES,
  /** The seed's rule: workspaces have their own machines, so all cores of the rule are for builds. */
  buildRule: "seed-2023",
} as const;

/** Draft: VMs on Compute Engine, 1,000 users with 200 workspaces. */
const size1000: Size = {
  ...COMMON,
  users: 1_000,
  workspaces: 200,
  workspacesPerUser: 1,
  /** Ours, because no source names it: the seed's 30 daemons for each replica. */
  concurrentBuilds: 30,
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
  coder: {
    version: CODER_VERSION,
    replicas: 1,
    daemonsPerReplica: 30,
    /** Ours: the free resources of the machine beside a Postgres with 8 cores and 30 GB. */
    cpuMillis: 7_000,
    memoryGib: 30,
    /** Ours: Coder's default of 10 is for small deployments. */
    databaseConnections: 100,
  },
  licensed: false,
  machines: {
    /** Ours, because no source names a machine: twice the seed's 8 cores per 30 builds, so that Postgres fits too. */
    coder: {
      machineType: "n2-standard-16",
      minCpuPlatform: N2_PROCESSOR,
      nodes: 1,
      /** Ours: for Postgres and each build's providers. A disk's speed grows with its size. */
      diskGib: 200,
    },
    /**
     * Ours: a machine for each workspace. An agent needs 0.1 cores and 128 MB, and the content of a workspace is not
     * measured.
     */
    workspaces: { machineType: "e2-small", nodes: 200, diskType: WORKSPACE_DISK },
    system: { machineType: "n2-standard-16", nodes: 0 },
    provisioners: PROVISIONER_MACHINE.google,
    runner: LOAD_RUNNER.google.small,
  },
  database: {
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
    coder: { machineType: "n2-standard-4", minCpuPlatform: N2_PROCESSOR, nodes: 1, diskGib: 50 },
    workspaces: { machineType: "e2-small", nodes: 2, diskType: WORKSPACE_DISK },
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

/** Coder on one Compute Engine VM, and each workspace on a separate VM. */
export const gceVm: Architecture = {
  name: "gce-vm",
  label: "VMs (Compute Engine)",
  cloud: "google",
  region: "us-central1",
  zone: "us-central1-a",
  carriedBy: "machine-each",
  databases: ["cloud-sql", "on-box"],
  stacks: ["gce-vm-cloud"],
  templateName: "gce-vm",
  defaultSize: "1000",
  sizes: { "1000": size1000, canary },
  objectives: [...OBJECTIVES],
};
