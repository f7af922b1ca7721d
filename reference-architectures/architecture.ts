import { z } from "zod";
import { BUILD_RULES } from "./capacity/build-rules.ts";
import { PROVISIONER_TAGS } from "./capacity/provisioner-tags.ts";
import { scheduleSchema } from "./mixed/schedule.ts";
import { IMAGE_REFERENCE, WORKSPACE_IMAGE } from "./artefacts/workspace-image.ts";

const count = z.int().positive();

/** Coder's environment is readable for everybody who may see its machine or pods, so the URL has no password. */
const COLLECTOR =
  /^(off|https?:\/\/([a-zA-Z0-9]([\w.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(:[1-9]\d{0,4})?\/?)$/;

/** Machines of one role. A role with 0 machines runs on those of `coder`. */
const pool = z.strictObject({
  /** A machine type of the cloud; `OWN_NODE` in a cluster of the user's own. */
  machineType: z.string().min(1),
  nodes: z.int().min(0).max(2_000),
  /** The size of each machine's own disk; absent = the stacks choose it. */
  diskGib: z.int().min(10).optional(),
  /** `gce-vm`: the kind of the boot disk of each workspace's machine. */
  diskType: z.enum(["pd-balanced", "pd-ssd", "pd-standard"]).optional(),
  /**
   * Google: the oldest processor that the machines may have, such as "Intel Ice Lake". Without it an N2 machine has
   * one of two processors, whichever is free in the zone. Each of AWS's families has one processor. Google's E2
   * accepts no value.
   */
  minCpuPlatform: z.string().min(1).optional(),
});

/** The machine from which the load runs. */
const runner = pool.omit({ nodes: true, diskType: true }).required({ diskGib: true });

/** Where Postgres runs. */
export const databaseKind = z.enum(["cloud-sql", "rds", "on-box", "in-cluster", "external"]);

/** One possible row of the results table: the load, and the machines for it. */
export const sizeSchema = z.strictObject({
  users: count,
  workspaces: count,
  /** How many workspaces each user may have. */
  workspacesPerUser: count,
  /** The capacity for builds: `coder.replicas` × `coder.daemonsPerReplica`, or `externalProvisioners.count`. */
  concurrentBuilds: count,
  connections: z.strictObject({
    /** Connections that are open at the same time: web terminals and SSH together. */
    total: count,
    /** The share of SSH, 0 to 1. The others are web terminals. */
    sshShare: z.number().min(0).max(1),
    /** New connections per second during the opening. */
    rampPerSecond: z.number().positive(),
    /** How long all of them stay open at the same time, in seconds. */
    holdSeconds: z.number().positive(),
    /** Verified commands per second over all open connections. */
    commandsPerSecond: z.number().nonnegative(),
  }),
  /** Workspaces that are created, or deleted, at the same time; 0 = all. */
  concurrency: z.int().nonnegative(),
  cleanupConcurrency: z.int().nonnegative(),
  /** The size of a workspace's home disk; 0 = none. It affects how many workspaces fit on a node. */
  homeVolumeGib: z.int().nonnegative(),
  /** The command of each workspace in its web terminal, and the output that proves it. */
  command: z.string().min(1),
  expectOutput: z.string().min(1),
  coder: z.strictObject({
    /** Coder's version, which is also the chart's. */
    version: z.string().regex(/^\d+\.\d+\.\d+$/, "a version such as 2.31.0"),
    replicas: count,
    /** Built-in provisioner daemons; 0 with external ones. Each runs one build at a time. */
    daemonsPerReplica: z.int().nonnegative(),
    /**
     * The request and limit of one replica in a cluster; on a machine the part that is reserved for Coder and its
     * builds.
     */
    cpuMillis: count,
    memoryGib: count,
    /** `CODER_PG_CONN_MAX_OPEN` of one replica. */
    databaseConnections: count,
  }),
  /** Where builds run: in the daemons of each replica, or in separate processes of `externalProvisioners`. */
  provisioners: z.enum(["builtin", "external"]),
  /** External provisioners. They are deployed only with `provisioners: external`. */
  externalProvisioners: z.strictObject({
    /** Each runs one build at a time. */
    count,
    /** The request and limit of one of them. */
    cpuMillis: count,
    memoryMib: count,
    /** Tags as `key=value`, with commas between them; empty = none. They only run builds of templates with the same tags. */
    tags: z
      .string()
      .regex(PROVISIONER_TAGS, "tags such as environment=bench,zone=a, without the key scope or owner"),
  }),
  /** More than one replica, and external provisioners, are licensed features of Coder. */
  licensed: z.boolean(),
  machines: z.strictObject({
    coder: pool,
    workspaces: pool,
    system: pool,
    /** Of external provisioners, which never run on Coder's machines. */
    provisioners: pool.omit({ diskType: true }),
    runner,
  }),
  /** The request of one workspace's pod or container. A workspace on its own machine needs at least this. */
  workspacePod: z.strictObject({
    cpuMillis: count,
    memoryMib: count,
    /** Its image by tag or digest, with the registry's host. A workspace on its own machine has the machine's image. */
    image: z
      .string()
      .regex(IMAGE_REFERENCE, "an image with its registry, such as ghcr.io/coder/x:1 or …@sha256:<digest>")
      .default(WORKSPACE_IMAGE),
  }),
  /**
   * The source of the workspace template's providers for each build: `mirror` = a folder beside each Coder server,
   * filled before Coder starts; `registry` = every provisioner daemon downloads them within the measured builds.
   */
  templateProviders: z.enum(["mirror", "registry"]).default("registry"),
  /** The collector to which Coder sends its own spans by OTLP over gRPC; `off` = Coder does not trace. */
  coderTraces: z
    .string()
    .regex(
      COLLECTOR,
      "off, or the URL of a collector without user, password and path, such as http://collector:4317",
    )
    .default("off"),
  database: z.strictObject({
    kind: databaseKind,
    version: z.string().regex(/^POSTGRES_\d+$/, "a major version such as POSTGRES_16"),
    /** The resources of Postgres; with `on-box` this part of Coder's machine, with `in-cluster` those of its pod. */
    tier: z
      .string()
      .regex(
        /^db(-custom-\d+-\d+|-\d+m-\d+Mi|\.[a-z0-9]+\.[a-z0-9]+)$/,
        "a tier such as db-custom-2-7680, db.m6i.large or db-2000m-7680Mi",
      ),
    diskGib: z.int().min(10),
    maxConnections: count,
  }),
  /** `own-cluster`: the request and limit of one pod that generates load. */
  generatorPod: z.strictObject({ cpuMillis: count, memoryMib: count }).optional(),
  /** Only for architectures whose stacks make a cluster. */
  kubernetesVersion: z
    .string()
    .regex(/^\d+\.\d+(\.\d+)?$/, "a version such as 1.34")
    .optional(),
  /**
   * GKE's release channel, which every new cluster needs. `EXTENDED` keeps a version longer than `REGULAR`, and costs
   * more after its standard support.
   */
  kubernetesChannel: z.enum(["REGULAR", "EXTENDED"]).optional(),
  /** Overlapping loads that run before the connections are opened, such as Coder's own pattern. Absent = none. */
  schedule: scheduleSchema.optional(),
  /** The published rule for the cores that the builds need. */
  buildRule: z.enum(Object.keys(BUILD_RULES) as [keyof typeof BUILD_RULES]),
});
export type Size = z.infer<typeof sizeSchema>;

/** Whether a missed objective fails the run, or only warns. */
export const severity = z.enum(["fail", "warn"]);

/** A requirement for a pass: a figure of the measurements, or the quotient of two. */
export const objectiveSchema = z.strictObject({
  name: z.string(),
  /** A description with the unit, as in the table of objectives. */
  description: z.string(),
  metric: z.strictObject({
    /**
     * Path into the measurements of a record, such as `workspaces.succeeded`, or a figure of a phase:
     * `phases.<phase>.<p50|p90|p95|p99|max>` in milliseconds from the intended start, `.count`, `.failures`,
     * `.attempts`, `.errorShare`; or `windows.probe.worstP50Ms`, the largest median of the API probe in any window.
     */
    path: z.string(),
    /** The path of the divisor. A missing value means "not measured", which does not pass. */
    per: z.string().optional(),
  }),
  threshold: z.number(),
  direction: z.enum(["at-least", "at-most"]),
  unit: z.enum(["ms", "share"]).optional(),
  /** Absent = fail. */
  severity: severity.optional(),
  /** Judged only where this figure is above zero, such as `phases.traffic-tick.attempts`. */
  appliesWhen: z.string().optional(),
  /** Why a missing figure is not judged, in words. Absent = a missing figure is missed. */
  ifUnread: z.string().optional(),
  /** The reason for the threshold. */
  reason: z.string().optional(),
});
export type Objective = z.infer<typeof objectiveSchema>;

/** An objective with its changes by size and in rehearsals. A run has the result of these changes. */
export const sizedObjectiveSchema = objectiveSchema.extend({
  /** Added to the threshold for each round of builds: workspaces / concurrent builds, rounded up. */
  perBuildRound: z.number().positive().optional(),
  /** Replaces the threshold, by the size's name, each with its reason. */
  bySize: z.record(z.string(), z.strictObject({ threshold: z.number(), reason: z.string() })).optional(),
  /** Changes in rehearsals: another severity, another threshold, and the reason. */
  inRehearsals: z
    .strictObject({ severity: severity.optional(), threshold: z.number().optional(), reason: z.string() })
    .optional(),
});
export type SizedObjective = z.infer<typeof sizedObjectiveSchema>;

/** A named description of a deployment of Coder, with its sizes. */
export const architectureSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z-]*$/),
    /** The row's label in the table. */
    label: z.string(),
    /** Where it runs: a cloud that refbench knows, or a cluster of the user's own. */
    cloud: z.enum(["google", "aws", "kubernetes"]),
    region: z.string(),
    zone: z.string(),
    /** The rules for how its machines carry the load. */
    carriedBy: z.enum(["gke", "eks", "own-cluster", "one-machine", "machine-each"]),
    /** The places in which its Postgres may run. */
    databases: z.array(databaseKind).min(1),
    /** The stacks, in the order of their creation. */
    stacks: z.array(z.string()).min(1),
    /** The name of the workspace template in Coder. */
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
