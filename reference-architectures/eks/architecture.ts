import { HOLD_SECONDS } from "../hold-seconds.ts";
import type { Architecture, Size } from "../architecture.ts";
import { LOAD_RUNNER } from "../artefacts/load-runner.ts";
import { OBJECTIVES } from "../objectives.ts";
import {
  AGENT,
  CODER_VERSION,
  PROVISIONERS,
  SEED_COMMAND,
  SEED_HOME_GIB,
  TEMPLATE_PROVIDERS,
} from "../seed.ts";

/** What every size shares. */
const COMMON = {
  ...SEED_COMMAND,
  homeVolumeGib: SEED_HOME_GIB,
  provisioners: PROVISIONERS,
  workspacePod: AGENT,
  templateProviders: TEMPLATE_PROVIDERS,
  /** Ours: a version in standard support, since extended support costs six times as much; checked against the cloud's list before a real run. */
  kubernetesVersion: "1.35",
  /** The seed's rule, so that a row can be compared with the seed's. */
  buildRule: "seed-2023",
} as const;

/** Draft: 100 users with 200 workspaces, as on GKE. */
const size100: Size = {
  ...COMMON,
  users: 100,
  workspaces: 200,
  /** 200 workspaces of 100 users. */
  workspacesPerUser: 2,
  /** Ours: one replica, so that no licence is needed, with the seed's 30 daemons a replica. */
  concurrentBuilds: 30,
  connections: {
    /** Ours, as on GKE: so that the two clouds' rows can be compared. */
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
    /** Ours, as on GKE: what a machine of 8 cores and 32 GB has to give. */
    cpuMillis: 7_000,
    memoryGib: 26,
    databaseConnections: 100,
  },
  licensed: false,
  machines: {
    /** Seed: 8 cores per 30 builds. M6i, not the seed's t3.2xlarge: a t3 measures its credits. */
    coder: { machineType: "m6i.2xlarge", nodes: 1 },
    /** Ours: volumes decide. A m6i.xlarge attaches 23 beside its interfaces and its own disk, a larger one no more: 200 need nine. */
    workspaces: { machineType: "m6i.xlarge", nodes: 9 },
    /** Ours: Kubernetes' own pods, so that they stay off the machines that are measured. */
    system: { machineType: "m6i.xlarge", nodes: 1 },
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

/** As GKE's size of the same name, so that the two clouds' rows can be compared. */
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
    /** Seed: "4 nodes × 8 cores"; M6i for the reasons of size 100. */
    coder: { machineType: "m6i.2xlarge", nodes: 4 },
    /** Ours: 1,200 volumes at 23 a machine; without home volumes eleven of m6i.4xlarge would do. */
    workspaces: { machineType: "m6i.xlarge", nodes: 53 },
    /** Ours, as in size 100; two, so that DNS survives one. */
    system: { machineType: "m6i.xlarge", nodes: 2 },
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

/** Ours: the smallest environment with every kind of resource, to learn for under $3 whether all of it comes and goes. */
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
    /** One small node carries Coder, the workspaces and Kubernetes' own pods. */
    coder: { machineType: "m6i.xlarge", nodes: 1 },
    workspaces: { machineType: "m6i.xlarge", nodes: 0 },
    system: { machineType: "m6i.xlarge", nodes: 0 },
    runner: LOAD_RUNNER.aws.small,
  },
  database: {
    kind: "rds",
    version: "POSTGRES_16",
    /** The smallest of its family. */
    tier: "db.m6i.large",
    /** The least that RDS makes. */
    diskGib: 20,
    maxConnections: 100,
  },
};

/** Coder on Amazon's Elastic Kubernetes Service with RDS. */
export const eks: Architecture = {
  name: "eks",
  label: "Kubernetes (EKS)",
  cloud: "aws",
  /** Ours: priced as us-east-1, which has a zone that EKS refuses, under a letter that differs by account. */
  region: "us-east-2",
  /** One zone for nodes and database: traffic between zones costs, and its latency would be measured. */
  zone: "us-east-2a",
  carriedBy: "eks",
  databases: ["rds"],
  stacks: ["eks-cloud", "eks-coder"],
  templateName: "kubernetes",
  defaultSize: "100",
  sizes: { "100": size100, "1200": size1200, canary },
  objectives: [...OBJECTIVES],
};
