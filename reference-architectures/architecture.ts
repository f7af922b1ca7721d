import { z } from "zod";
import { BUILD_RULES } from "./build-rules.ts";
import { IMAGE_REFERENCE, WORKSPACE_IMAGE } from "./artefacts/workspace-image.ts";

const count = z.int().positive();

/** Machines of one role; none of its own means that the role lives on those of `coder`. */
const pool = z.strictObject({
  machineType: z.string().min(1),
  nodes: z.int().min(0).max(2_000),
  /** Of each machine's own disk; what the stacks choose when absent. */
  diskGib: z.int().min(10).optional(),
  /** `gce-vm`: kind of the disk that each workspace's machine starts from. */
  diskType: z.enum(["pd-balanced", "pd-ssd", "pd-standard"]).optional(),
  /**
   * Google: the oldest processor that the machines may have, such as "Intel Ice Lake". Without it an N2 machine has one of
   * two, whichever the zone has free. Of AWS's families each has one processor; Google's E2 takes none.
   */
  minCpuPlatform: z.string().min(1).optional(),
});

/** The one machine that the load comes from. */
const runner = pool.omit({ nodes: true, diskType: true }).required({ diskGib: true });

/** Where Postgres runs. */
export const databaseKind = z.enum(["cloud-sql", "rds", "on-box"]);

/** One row that the results table may have: the load, and the machines that are meant to carry it. */
export const sizeSchema = z.strictObject({
  users: count,
  workspaces: count,
  /** How there may be more workspaces than users. */
  workspacesPerUser: count,
  /** The capacity for builds: `coder.replicas` × `coder.daemonsPerReplica`. */
  concurrentBuilds: count,
  connections: z.strictObject({
    /** Held at the same time, web terminals and SSH together. */
    total: count,
    /** Share of SSH, 0 to 1; the rest are web terminals. */
    sshShare: z.number().min(0).max(1),
    /** New connections per second while they are opened. */
    rampPerSecond: z.number().positive(),
    /** How long all of them stay open together. */
    holdSeconds: z.number().positive(),
    /** Verified commands per second over all held connections. */
    commandsPerSecond: z.number().nonnegative(),
  }),
  /** Workspaces being created, and deleted, at once; 0 = all. */
  concurrency: z.int().nonnegative(),
  cleanupConcurrency: z.int().nonnegative(),
  /** Size of a workspace's home disk; 0 = none. It drives how many workspaces a node carries. */
  homeVolumeGib: z.int().nonnegative(),
  /** What each workspace runs in its web terminal, and the output that proves it. */
  command: z.string().min(1),
  expectOutput: z.string().min(1),
  coder: z.strictObject({
    /** Also the chart's version. */
    version: z.string().regex(/^\d+\.\d+\.\d+$/, "a version such as 2.31.0"),
    replicas: count,
    /** Built-in provisioner daemons; each runs one build at a time. */
    daemonsPerReplica: count,
    /** Request and limit of one replica in a cluster; on a machine what is set aside for Coder and its builds. */
    cpuMillis: count,
    memoryGib: count,
    /** `CODER_PG_CONN_MAX_OPEN` of one replica. */
    databaseConnections: count,
  }),
  provisioners: z.enum(["builtin", "external"]),
  /** More than one replica, and external provisioners, are licensed features of Coder. */
  licensed: z.boolean(),
  machines: z.strictObject({ coder: pool, workspaces: pool, system: pool, runner }),
  /** Request of one workspace's pod or container; a workspace that is a machine needs at least this. */
  workspacePod: z.strictObject({
    cpuMillis: count,
    memoryMib: count,
    /** What it runs, by tag or digest, with its registry's host; a workspace that is a machine has its own. */
    image: z
      .string()
      .regex(IMAGE_REFERENCE, "an image with its registry, such as ghcr.io/coder/x:1 or …@sha256:<digest>")
      .default(WORKSPACE_IMAGE),
  }),
  /**
   * Where each build gets the providers of the workspace template from: `mirror`, a folder beside each Coder server that is
   * filled before Coder starts, or `registry`, from which every provisioner daemon downloads them within the measured builds.
   */
  templateProviders: z.enum(["mirror", "registry"]).default("registry"),
  database: z.strictObject({
    kind: databaseKind,
    version: z.string().regex(/^POSTGRES_\d+$/, "a major version such as POSTGRES_16"),
    /** What Postgres has; on the box this much of Coder's machine. */
    tier: z
      .string()
      .regex(
        /^db(-custom-\d+-\d+|\.[a-z0-9]+\.[a-z0-9]+)$/,
        "a tier such as db-custom-2-7680 or db.m6i.large",
      ),
    diskGib: z.int().min(10),
    maxConnections: count,
  }),
  /** Of architectures with a cluster. */
  kubernetesVersion: z
    .string()
    .regex(/^\d+\.\d+(\.\d+)?$/, "a version such as 1.34")
    .optional(),
  /**
   * GKE's release channel: Google makes no new cluster without one. `EXTENDED` keeps a version longer than `REGULAR`,
   * and costs more once its standard support is over.
   */
  kubernetesChannel: z.enum(["REGULAR", "EXTENDED"]).optional(),
  /** Which of the published rules says how many cores the builds need. */
  buildRule: z.enum(Object.keys(BUILD_RULES) as [keyof typeof BUILD_RULES]),
});
export type Size = z.infer<typeof sizeSchema>;

/** Whether a missed objective fails the run, or is only told. */
export const severity = z.enum(["fail", "warn"]);

/** What a run must reach to pass: a figure of the measurements, or the share of one in another. */
export const objectiveSchema = z.strictObject({
  name: z.string(),
  /** In words with its unit, as the table of objectives shows it. */
  description: z.string(),
  metric: z.strictObject({
    /**
     * Path into the measurements of a record, such as `workspaces.succeeded`, or a figure of a phase:
     * `phases.<phase>.<p50|p90|p95|p99|max>` in milliseconds from the intended start, `.count`, `.failures`,
     * `.attempts`, `.errorShare`; or `windows.probe.worstP50Ms`, the largest median of the API probe in any window.
     */
    path: z.string(),
    /** Path of what it is divided by; nothing there is "not measured", which is not a pass. */
    per: z.string().optional(),
  }),
  threshold: z.number(),
  direction: z.enum(["at-least", "at-most"]),
  unit: z.enum(["ms", "share"]).optional(),
  /** Absent = fail. */
  severity: severity.optional(),
  /** Judged only where this figure is above zero, such as `phases.traffic-tick.attempts`. */
  appliesWhen: z.string().optional(),
  /** In words what was not read where the figure is missing, which is then not judged. Absent = it is missed. */
  ifUnread: z.string().optional(),
  /** Why the threshold is what it is. */
  reason: z.string().optional(),
});
export type Objective = z.infer<typeof objectiveSchema>;

/** An objective with what changes it by size and in rehearsals: runs are made with the one that results. */
export const sizedObjectiveSchema = objectiveSchema.extend({
  /** Added to the threshold for each round of builds: workspaces / concurrent builds, rounded up. */
  perBuildRound: z.number().positive().optional(),
  /** In place of the threshold, by the size's name, each with its reason. */
  bySize: z.record(z.string(), z.strictObject({ threshold: z.number(), reason: z.string() })).optional(),
  /** In rehearsals: another severity, another threshold, and why. */
  inRehearsals: z
    .strictObject({ severity: severity.optional(), threshold: z.number().optional(), reason: z.string() })
    .optional(),
});
export type SizedObjective = z.infer<typeof sizedObjectiveSchema>;

/** A named description of how Coder is deployed, with the sizes that rows of the table have. */
export const architectureSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z-]*$/),
    /** The row's label in the table. */
    label: z.string(),
    cloud: z.enum(["google", "aws"]),
    region: z.string(),
    zone: z.string(),
    /** By which rules its machines carry their load. */
    carriedBy: z.enum(["gke", "eks", "one-machine", "machine-each"]),
    /** Where its Postgres may run. */
    databases: z.array(databaseKind).min(1),
    /** Stacks in the order of their creation. */
    stacks: z.array(z.string()).min(1),
    /** Name that the run gives its workspace template. */
    templateName: z.string(),
    defaultSize: z.string(),
    sizes: z.record(z.string(), sizeSchema),
    objectives: z.array(sizedObjectiveSchema).min(1),
  })
  .refine((architecture) => architecture.defaultSize in architecture.sizes, {
    path: ["defaultSize"],
    error: "must name one of the sizes",
  });
export type Architecture = z.infer<typeof architectureSchema>;
