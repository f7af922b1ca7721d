import { z } from "zod";
import { claim } from "../observation/claims.ts";
import { limits } from "../observation/limits.ts";
import { network, SSH_PATHS } from "../observation/network.ts";
import { observation } from "../observation/observation.ts";
import { comparison } from "./comparison.ts";
import { runCost } from "./cost.ts";
import { machine } from "./machine.ts";
import { sharedCluster } from "./shared-cluster.ts";
import { traces } from "../observation/traces.ts";
import { loadResult } from "./worker-result.ts";

/** Version of the record's shape; `storedRecord` of `migrate-record.ts` reads older ones too. */
export const RECORD_SCHEMA_VERSION = 5;

/**
 * How the figures of a record were measured, in the order that refbench came to it. Figures of one name that were
 * measured in different ways are never one series.
 */
export const MEASURING_METHODS = [
  /** One histogram for openings, hold and visits; spans below zero clamped; a connection held by a ping. */
  "stages mixed",
  /** A histogram for each stage; failed attempts in it; held by a last round of answers. */
  "stages apart",
] as const;
export type MeasuringMethod = (typeof MEASURING_METHODS)[number];

/** Today's. */
export const MEASURING_METHOD: MeasuringMethod = "stages apart";

const count = z.number().int().nonnegative();
const instant = z.iso.datetime();

const leftItem = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  location: z.string().optional(),
});

/** The state of the teardown. `pending` is written before it starts. */
export const teardown = z.discriminatedUnion("state", [
  z.object({ state: z.literal("pending") }),
  z.object({
    state: z.enum(["clean", "leaked", "unverified"]),
    /** The scope of the inventory, in words. */
    scope: z.string(),
    finishedAt: instant,
    left: z.array(leftItem),
    /** Items that the sweep removed: each is a defect of the ordinary teardown. */
    swept: z.array(leftItem),
    /** Why it is unverified, or what went wrong on the way. */
    problems: z.array(z.string()),
  }),
]);
export type Teardown = z.infer<typeof teardown>;

/** One objective, judged. */
export const objectiveResult = z.object({
  name: z.string(),
  /** In words with its unit: "workspaces that succeeded, share". */
  description: z.string(),
  threshold: z.number(),
  /** Absent when it could not be measured, which is not a pass. */
  value: z.number().optional(),
  met: z.boolean(),
  /** False where it is neither met nor missed: nothing read its figure, or too few samples carry it. Absent = judged. */
  judged: z.literal(false).optional(),
  /** With these three the record can be judged again; absent in records of earlier versions. */
  metric: z.object({ path: z.string(), per: z.string().optional() }).optional(),
  direction: z.enum(["at-least", "at-most"]).optional(),
  appliesWhen: z.string().optional(),
  /** The name of a figure that was not read; the objective is then not judged. */
  ifUnread: z.string().optional(),
  unit: z.enum(["ms", "share"]).optional(),
  /** The effect of a miss on the verdict. Absent = fail. */
  severity: z.enum(["fail", "warn"]).optional(),
  /** Why the threshold is what it is. */
  reason: z.string().optional(),
  /** A note on the value: "not part of this load", "of 12 samples". */
  note: z.string().optional(),
});
export type ObjectiveResult = z.infer<typeof objectiveResult>;

/** The creates of one kind of resource, in seconds from Terraform's start of each to its end. */
const resourceSeconds = z.object({
  count: count.positive(),
  medianSeconds: z.number().nonnegative(),
  longestSeconds: z.number().nonnegative(),
});
export type ResourceSeconds = z.infer<typeof resourceSeconds>;

export const stageTiming = z.object({
  stage: z.string(),
  startedAt: instant,
  finishedAt: instant,
  outcome: z.enum(["ok", "failed", "interrupted", "skipped"]),
  message: z.string().optional(),
});

/** The measurements of the load stage; absent when the run ended before it. */
export const measurements = loadResult
  .omit({ stopped: true, observation: true, network: true, traced: true })
  .extend({
    connections: loadResult.shape.connections.extend({
      /** How SSH travelled. */
      sshPath: z.enum(SSH_PATHS),
    }),
  });
export type Measurements = z.infer<typeof measurements>;

/** The origin of a run, which decides how its figures may be used. */
export const origin = z.discriminatedUnion("kind", [
  /** A person or a script: `refbench run` and `refbench stage`. */
  z.object({ kind: z.literal("run") }),
  /** `refbench nightly`; `night` is the id that all runs of one night share. */
  z.object({ kind: z.literal("nightly"), night: z.string() }),
  /** `refbench run --compare`: versions in turns, in one environment. */
  z.object({ kind: z.literal("comparison") }),
  /** `refbench scaletest`, against a deployment that refbench did not make. */
  z.object({ kind: z.literal("scaletest") }),
]);

/** Which refbench measured. */
export const refbenchProvenance = z.object({
  version: z.string(),
  commit: z.string().optional(),
  /** Whether the checkout had changes that are in no commit. */
  dirty: z.boolean().optional(),
  /** Git's reason for a missing commit; absent in earlier records. */
  noCommit: z.string().optional(),
});
export type RefbenchProvenance = z.infer<typeof refbenchProvenance>;

export const recordSchema = z.object({
  schemaVersion: z.literal(RECORD_SCHEMA_VERSION),
  runId: z.string(),
  origin,
  architecture: z.string(),
  size: z.string(),
  /** `--set` values, by path. */
  overrides: z.record(z.string(), z.unknown()),
  /** The row's label in the table, such as "Kubernetes (GKE)". */
  environment: z.string(),
  simulated: z.boolean(),
  coder: z.enum(["emulated", "real"]),
  /** For a real run: its place, its stacks, and the checks that were waived. */
  cloud: z
    .object({
      /** Google project or AWS account. */
      project: z.string(),
      region: z.string(),
      zone: z.string(),
      /** Endpoint variables that replaced the cloud's own, by name; `emulated` when they replaced all of it. */
      endpoints: z.array(z.string()),
      emulated: z.boolean(),
      /** Digest of what the environment was made from, by which a canary speaks for larger sizes. */
      stacks: z.string(),
      skippedChecks: z.array(z.string()),
      skippedCanary: z.boolean(),
    })
    .optional(),
  /** For a run in a cluster of the user's own: its nodes, and what others ran there before and during the load. */
  sharedCluster: sharedCluster.optional(),
  /** For the second try of a night: the zone without free machines, and the run that found this. */
  failedOver: z.object({ fromZone: z.string(), runId: z.string(), reason: z.string() }).optional(),
  /** For a load against a deployment that refbench did not make: never a row of the table. */
  deployment: z
    .object({
      url: z.string(),
      id: z.string(),
      /** How others used it meanwhile, in words; empty when nobody did. */
      inUse: z.array(z.string()),
      /** Words of the `refbench scaletest` command, without what is secret or of one machine; absent in earlier records. */
      given: z.array(z.string()).optional(),
    })
    .optional(),
  /** Coder's version: `coderVersion` of a real server, `rehearsedVersion` of an emulated one, never both. */
  coderVersion: z.string().optional(),
  rehearsedVersion: z.string().optional(),
  startedAt: instant,
  finishedAt: instant.optional(),
  /**
   * The clock behind all instants of the record: they are by the clock as it was at `startedAt`, and as far apart as
   * time elapsed. Absent in records of earlier versions, whose instants are stamps.
   */
  clock: z
    .object({
      /** `stamps` where no elapsed time was known, `mixed` where the run went over a restart or to another machine. */
      spans: z.enum(["elapsed", "stamps", "mixed"]),
      /** The wall clock of a machine was set by more than a second: when that was seen, and by how much. */
      steps: z.array(z.object({ at: instant, byMs: z.number() })),
    })
    .optional(),
  /** The size as it was run, overrides applied. */
  load: z.object({
    users: count,
    workspaces: count,
    concurrentBuilds: count,
    replicas: count,
    /** 0 where external provisioners run the builds. */
    daemonsPerReplica: count,
    /** How many external provisioners run the builds; absent with built-in daemons, and in earlier records. */
    externalProvisioners: count.optional(),
    connections: count,
    sshShare: z.number(),
    /** How long all connections were held, and how fast they were opened and asked; absent in earlier records. */
    holdMs: count.optional(),
    rampPerSecond: z.number().optional(),
    commandsPerSecond: z.number().optional(),
  }),
  provenance: z.object({
    refbench: refbenchProvenance,
    terraform: z.string().optional(),
    providers: z.record(z.string(), z.string()),
    method: z.enum(MEASURING_METHODS),
    chartVersion: z.string().optional(),
    /** Node and machine of the process that was asked for the run. The generator's are in `measurements.generator`. */
    node: z.string(),
    machine,
    /** For a rehearsal: the settings of its twin. */
    rehearsal: z
      .object({
        speed: z.number(),
        buildSpeed: z.number(),
        /** Share of the workspace builds that were made to fail; absent in records of earlier versions, as the zone. */
        failBuilds: z.number().optional(),
        /** How long every shell was made to take until its prompt, milliseconds; absent = as observed, divided by `buildSpeed`. */
        shellDelayMs: z.number().optional(),
        zone: z.string().optional(),
        /** Name of the fault file in the run's folder, and its content. */
        faults: z.string().optional(),
        planted: z.record(z.string(), z.unknown()).optional(),
        /** Planned faults that never happened, in words: the run did not test them. Absent in earlier records. */
        unplayed: z.array(z.string()).optional(),
      })
      .optional(),
    coderImageDigest: z.string().optional(),
    /** Digest of the workspaces' image; absent if they are machines, in rehearsals, and if the image was pulled by its tag. */
    workspaceImageDigest: z.string().optional(),
    /**
     * What was measured on, as far as it is known: `kubernetes`, `postgres`, `coderMachine`, `workspaceMachine`,
     * `database`, `tls`, `generator`, `cpuPlatform`, `runnerCpuPlatform`, `workspaceImage`, `templateProviders`; in a cluster of the user's own also
     * `cluster`, `nodes`, `containerRuntime`, `kernel`. Figures of different platforms are never one series.
     */
    platform: z.record(z.string(), z.string()).optional(),
    /** How Coder's version was asked for, when not by its number: "stable" or "mainline". */
    coderChannel: z.enum(["stable", "mainline"]).optional(),
  }),
  /** Conditions that change what the figures mean, in words: "rate limits off", "licence simulated". */
  conditions: z.array(z.string()),
  /** Pub/sub, TLS, proxies and relays that were really used. Records that differ in it are never one series. */
  network,
  /** Its environment stayed after a failure, until then at most. */
  kept: z.object({ until: instant, reason: z.string() }).optional(),
  /** Resources that Terraform created, by stack. */
  resources: z.record(z.string(), count),
  /**
   * How long Terraform took to create the resources of each kind in the provision, by kind, such as
   * `google_sql_database_instance`. Of a rehearsal they are the twin's, divided by its speed. Absent in earlier records.
   */
  resourceSeconds: z.record(z.string(), resourceSeconds).optional(),
  stages: z.array(stageTiming),
  measurements: measurements.optional(),
  objectives: z.array(objectiveResult),
  /** What was observed of the deployment during the load. Absent where nothing was, and in earlier records. */
  observation: observation.optional(),
  /** What held the load back. Absent without a load, and in earlier records. */
  limits: limits.optional(),
  /** The figures that sizing rests on. Absent without a load, and in earlier records. */
  claims: z.array(claim).optional(),
  /** The spans of the run, which are in a file beside its record. Absent in earlier records. */
  traces: traces.optional(),
  /** The cost, estimated from a dated price table. */
  cost: runCost.optional(),
  /** Of `--compare`: what was asked for, whatever became of it; absent in records of earlier versions. */
  toCompare: comparison
    .pick({ baseline: true, candidate: true })
    .extend({
      pairs: z.number().int().positive(),
      /** By which the order within the pairs is drawn; absent in records from before it was. */
      seed: z.number().int().optional(),
    })
    .optional(),
  /** Of `--compare`: the versions beside each other. */
  comparison: comparison.optional(),
  teardown,
  /** Every verdict that held and, first, the one that wins. `pending` until audit. */
  verdict: z.enum([
    "pending",
    "leaked",
    "unverified",
    "cost-ceiling",
    "infrastructure",
    "harness-error",
    "interrupted",
    "generator-limited",
    "slo-failed",
    "pass",
  ]),
  /** Why, one sentence each, the winning verdict's first. */
  reasons: z.array(z.string()),
});

export type RunRecord = z.infer<typeof recordSchema>;
