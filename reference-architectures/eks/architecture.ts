import { HOLD_SECONDS } from "../hold-seconds.ts";
import type { Architecture, Size } from "../architecture.ts";
import { LOAD_RUNNER } from "../artefacts/load-runner.ts";
import { PROVISIONER_MACHINE } from "../artefacts/provisioner-machine.ts";
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
  /**
   * Ours: a version in standard support, because extended support costs six times as much. Preflight of a real run
   * compares it with the cloud's list.
   */
  kubernetesVersion: "1.35",
  /** The seed's rule, so that rows can be compared with the seed's. */
  buildRule: "seed-2023",
} as const;

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
    /** Ours, as on GKE, so that the rows of both clouds can be compared. */
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
    /** Ours, as on GKE: the free resources of a machine with 8 cores and 32 GB. */
    cpuMillis: 7_000,
    memoryGib: 26,
    databaseConnections: 100,
  },
  licensed: false,
  machines: {
    /** Seed: 8 cores per 30 builds. M6i instead of the seed's t3.2xlarge, because a t3 measures its credits. */
    coder: { machineType: "m6i.2xlarge", nodes: 1 },
    /**
     * Ours: volumes decide. An m6i.xlarge attaches 23 beside its interfaces and its own disk, and a larger one not
     * more. 200 volumes need nine machines.
     */
    workspaces: { machineType: "m6i.xlarge", nodes: 9 },
    /** Ours: for Kubernetes' own pods, so that they do not run on measured machines. */
    system: { machineType: "m6i.xlarge", nodes: 1 },
    provisioners: PROVISIONER_MACHINE.aws,
    runner: LOAD_RUNNER.aws.small,
  },
  database: {
    kind: "rds",
    /** Ours: Coder needs 13 or newer. */
    version: "POSTGRES_16",
    /** Coder's table: 1,000 users and 50 builds on 2 cores and 7.5 GB (April 2024). */
    tier: "db.m6i.large",
    /** Ours, as on GKE. */
    diskGib: 50,
    /** Ours: 100 connections of the one replica, and a fifth more. */
    maxConnections: 200,
  },
};

/** Like GKE's size of the same name, so that the rows of both clouds can be compared. */
const size1200: Size = {
  ...COMMON,
  users: 1_200,
  workspaces: 1_200,
  workspacesPerUser: 1,
  concurrentBuilds: 120,
  connections: {
    total: 10_000,
    sshShare: 0.12,
    rampPerSecond: 500,
    holdSeconds: HOLD_SECONDS,
    commandsPerSecond: 200,
  },
  coder: {
    version: CODER_VERSION,
    replicas: 4,
    daemonsPerReplica: 30,
    cpuMillis: 7_000,
    memoryGib: 26,
    databaseConnections: 100,
  },
  /** Four replicas are a licensed feature. */
  licensed: true,
  machines: {
    /** Seed: "4 nodes × 8 cores". M6i for the reasons of size 100. */
    coder: { machineType: "m6i.2xlarge", nodes: 4 },
    /** Ours: 1,200 volumes at 23 for each machine. Without home volumes, 11 m6i.4xlarge would be enough. */
    workspaces: { machineType: "m6i.xlarge", nodes: 53 },
    /** Ours, as in size 100, but two, so that DNS survives the loss of one. */
    system: { machineType: "m6i.xlarge", nodes: 2 },
    provisioners: PROVISIONER_MACHINE.aws,
    runner: LOAD_RUNNER.aws.large,
  },
  database: {
    kind: "rds",
    version: "POSTGRES_16",
    /** Validated: 16 cores and 60 GB for 1,200 running workspaces and 120 builds. */
    tier: "db.m6i.4xlarge",
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
    coder: { machineType: "m6i.xlarge", nodes: 1 },
    workspaces: { machineType: "m6i.xlarge", nodes: 0 },
    system: { machineType: "m6i.xlarge", nodes: 0 },
    provisioners: PROVISIONER_MACHINE.aws,
    runner: LOAD_RUNNER.aws.small,
  },
  database: {
    kind: "rds",
    version: "POSTGRES_16",
    /** The smallest of its family. */
    tier: "db.m6i.large",
    /** The smallest disk of RDS. */
    diskGib: 20,
    maxConnections: 100,
  },
};

/** Coder on Amazon's Elastic Kubernetes Service with RDS. */
export const eks: Architecture = {
  name: "eks",
  label: "Kubernetes (EKS)",
  cloud: "aws",
  /** Ours: the prices of us-east-1, without its zone that EKS refuses, whose letter differs by account. */
  region: "us-east-2",
  /** One zone for nodes and database, because traffic between zones costs money, and its latency would be measured. */
  zone: "us-east-2a",
  carriedBy: "eks",
  databases: ["rds"],
  stacks: ["eks-cloud", "eks-coder"],
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
