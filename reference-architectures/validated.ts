import { HOLD_SECONDS } from "./hold-seconds.ts";
import type { Size } from "./architecture.ts";
import { CODER_VERSION, EXTERNAL_PROVISIONERS } from "./seed.ts";

/** Where the figures of the validated architectures were read. */
export const VALIDATED_SOURCE = {
  name: "Coder's validated architectures (docs/admin/infrastructure/validated-architectures)",
  date: "2026-06-25",
} as const;

/** The figures that Coder publishes for one number of users. Memory in GB, which the sizes take as GiB. */
export interface ValidatedFigures {
  readonly users: number;
  /** Running at the same time. */
  readonly workspaces: number;
  readonly builds: number;
  /** Replicas of coderd, and the cores and memory of each. */
  readonly coder: { readonly replicas: number; readonly cores: number; readonly memoryGib: number };
  /** Provisioners of 1 vCPU and 1 GB. */
  readonly provisioners: number;
  readonly database: { readonly cores: number; readonly memoryGib: number };
}

/** The validated architectures by the name of their size. */
export const VALIDATED = {
  "validated-1k": {
    users: 1_000,
    workspaces: 600,
    builds: 60,
    coder: { replicas: 3, cores: 2, memoryGib: 8 },
    provisioners: 60,
    database: { cores: 8, memoryGib: 30 },
  },
  "validated-2k": {
    users: 2_000,
    workspaces: 1_200,
    builds: 120,
    coder: { replicas: 3, cores: 4, memoryGib: 12 },
    provisioners: 120,
    database: { cores: 16, memoryGib: 60 },
  },
  "validated-3k": {
    users: 3_000,
    workspaces: 1_800,
    builds: 180,
    coder: { replicas: 4, cores: 4, memoryGib: 12 },
    provisioners: 180,
    database: { cores: 32, memoryGib: 120 },
  },
  "validated-10k": {
    users: 10_000,
    workspaces: 6_000,
    builds: 600,
    coder: { replicas: 10, cores: 4, memoryGib: 12 },
    provisioners: 600,
    database: { cores: 64, memoryGib: 240 },
  },
} as const satisfies Record<string, ValidatedFigures>;

export type ValidatedName = keyof typeof VALIDATED;

/** Ours: half of the seed's rate of new connections. A rehearsal on two cores opens as many without being late. */
export const VALIDATED_RAMP_PER_SECOND = 250;

/** The part of a validated size that does not depend on where it is deployed. */
export type ValidatedPart = Pick<
  Size,
  | "users"
  | "workspaces"
  | "workspacesPerUser"
  | "concurrentBuilds"
  | "concurrency"
  | "cleanupConcurrency"
  | "connections"
  | "provisioners"
  | "externalProvisioners"
  | "licensed"
  | "buildRule"
  | "coder"
>;

/** The part of a validated size that it shares with the other sizes of its architecture. */
export type CommonPart = Omit<Size, keyof ValidatedPart | "machines" | "database">;

/**
 * Returns how many workspaces are created, or deleted, at once. Ours: twice the builds, so that as many wait in the
 * queue as run. The seed's command makes all at once, which is another load for each number of workspaces.
 */
export function validatedTurns(builds: number): Pick<Size, "concurrency" | "cleanupConcurrency"> {
  return { concurrency: 2 * builds, cleanupConcurrency: 2 * builds };
}

/** Returns the load of a validated architecture, and the coderd that it names. */
export function validatedPart(name: ValidatedName): ValidatedPart {
  const { users, workspaces, builds, provisioners, coder } = VALIDATED[name];
  return {
    users,
    workspaces,
    workspacesPerUser: 1,
    concurrentBuilds: builds,
    ...validatedTurns(builds),
    connections: {
      /** Ours: five for each user. Coder's page has no number of connections. */
      total: users * 5,
      /** Ours, as in the seeds' sizes: one SSH session for each workspace. */
      sshShare: workspaces / (users * 5),
      rampPerSecond: VALIDATED_RAMP_PER_SECOND,
      holdSeconds: HOLD_SECONDS,
      /** Ours, as in size 1200: a command a second for each 50 connections. */
      commandsPerSecond: users / 10,
    },
    provisioners: "external",
    externalProvisioners: { ...EXTERNAL_PROVISIONERS, count: provisioners },
    /** Several replicas and external provisioners are licensed features. */
    licensed: true,
    buildRule: "validated-2025",
    coder: {
      version: CODER_VERSION,
      replicas: coder.replicas,
      daemonsPerReplica: 0,
      cpuMillis: coder.cores * 1_000,
      memoryGib: coder.memoryGib,
      /** Ours, as in the seeds' sizes. */
      databaseConnections: 100,
    },
  };
}
