import { z } from "zod";
import { RefbenchError } from "../../tools/error.ts";
import { instantMs } from "../../tools/time/instant.ts";
import type { Release } from "../../../stacks/environment.ts";
import { runCost } from "../../model/record/cost.ts";
import { endpointVariables } from "../../model/cloud/endpoint-variables.ts";
import { drawOrder } from "../../model/cloud/load-order.ts";
import { bootTime } from "../../tools/time/boot-time.ts";
import { origin, recordSchema, refbenchProvenance } from "../../model/record/record.ts";
import { RUN_ID_PATTERN } from "../../model/run-id.ts";
import { objectiveSchema, sizeSchema } from "../../../reference-architectures/architecture.ts";

/** Name of the fault file in a run's folder. */
export const FAULTS = "faults.json";

/** A cluster of the user's own, as a kubeconfig names it. Contains no credential. */
const ownClusterPlace = z.object({
  /** Absolute path of the kubeconfig, which stays where it is: its credentials may change during a run. */
  kubeconfig: z.string(),
  context: z.string(),
  /** URL of its API. A context that leads elsewhere is another cluster. */
  server: z.string(),
});
export type OwnClusterPlace = z.infer<typeof ownClusterPlace>;

/** The instructions of one run: written once when the run is made, never changed. Contains no secret. */
export const planSchema = z.object({
  schemaVersion: z.literal(1),
  runId: z.string().regex(RUN_ID_PATTERN),
  createdAt: z.iso.datetime(),
  /** The same moment by a clock that cannot be set; absent in plans of earlier versions. */
  createdSinceBoot: bootTime.optional(),
  /** The origin of the run. */
  origin: origin.default({ kind: "run" }),
  /** The run of another zone that this run replaces. */
  failedOver: recordSchema.shape.failedOver,
  /** Two versions of Coder measured alternately, in this many pairs of loads. */
  comparison: recordSchema.shape.toCompare,
  /** The channel by which Coder's version was chosen. */
  coderChannel: recordSchema.shape.provenance.shape.coderChannel,
  /** The table's label of the architecture. */
  environmentLabel: z.string(),
  simulated: z.boolean(),
  /** Present in a rehearsal. */
  rehearsal: z
    .object({
      /** Absolute path of the twin's folder. If this machine does not have it, the teardown reports that. */
      twinRoot: z.string(),
      /** Identifies the twin: another twin at the same path cannot answer for this run. */
      twinId: z.string().optional(),
      speed: z.number().positive(),
      buildSpeed: z.number().positive(),
      /** Share of the workspace builds that fail, 0 to 1. */
      failBuilds: z.number().min(0).max(1),
      /** How long every shell takes until its prompt, milliseconds. */
      shellDelayMs: z.number().nonnegative().optional(),
      /** Name of the fault file inside the run's folder: never a path to another place. */
      faults: z.literal(FAULTS).optional(),
      /** The real Coder server of the rehearsal; absent = the emulator. */
      coder: z
        .object({
          binary: z.string(),
          providerMirror: z.string().optional(),
          terraformCliConfig: z.string().optional(),
        })
        .optional(),
    })
    .optional(),
  /** Present in a real run: the cloud for all of the run's processes, whatever their shell says. */
  cloud: z
    .object({
      provider: z.enum(["google", "aws", "kubernetes"]),
      /** Google project or AWS account, as pinned; of an own cluster, the uid of its namespace kube-system. */
      project: z.string(),
      /** The cluster of the user's own, where the provider is one. */
      cluster: ownClusterPlace.optional(),
      region: z.string(),
      zone: z.string(),
      /** Endpoint variables that replace the cloud's own, with their values. Such a run is never official. */
      endpoints: endpointVariables,
      /** The endpoints lead to an emulated cloud, which belongs to no account. */
      emulated: z.boolean(),
      /** Digest of the files that define the environment. */
      stacks: z.string(),
      skippedChecks: z.array(z.string()),
      skippedCanary: z.boolean(),
    })
    .optional(),
  /** The size with its overrides applied: the load, and the machines for it. */
  size: sizeSchema,
  /** Name of the workspace template, and the parameters of each workspace. */
  template: z.string(),
  parameters: z.record(z.string(), z.string()),
  objectives: z.array(objectiveSchema),
  /** Conditions that change the meaning of the figures, as sentences. */
  conditions: z.array(z.string()),
  /** The expected cost, and `--max-cost`; absent without prices. */
  cost: runCost.omit({ spent: true }).optional(),
  /** A failed environment stays this long, if at most `max` runs of this folder are kept. */
  keepOnFailure: z.object({ ms: z.number().positive(), max: z.number().int().nonnegative() }).optional(),
  /** Where the workers are: the load runner in the network, this machine, which has a route, or pods of a Job. */
  runner: z.enum(["network", "local", "job"]).default("local"),
  /** URL of the bucket or folder that mirrors the run, in case this machine is lost. */
  mirror: z.string().optional(),
  /** Unix milliseconds at which the reaper always tears down; null = never automatically. */
  expiresAtMs: instantMs.nullable(),
  refbench: refbenchProvenance,
  machine: z.object({ cpu: z.string(), cores: z.number(), memoryGib: z.number(), os: z.string() }),
  node: z.string(),
});
export type Plan = z.infer<typeof planSchema>;

/** The instructions of a comparison. */
export type ComparisonPlan = NonNullable<Plan["comparison"]>;

/** Which version of a comparison is installed first. */
export function firstRelease({ pairs, seed = 0 }: ComparisonPlan): Release {
  return drawOrder(pairs, seed)[0] === "c" ? "candidate" : "baseline";
}

/** How many loads a run makes, one after another. */
export function countLoads({ comparison }: { readonly comparison?: ComparisonPlan | undefined }): number {
  return comparison === undefined ? 1 : comparison.pairs * 2;
}

/** The cloud of a real run, and which checks it skips. */
export type CloudPlan = NonNullable<Plan["cloud"]>;

/** Returns the cluster of a run on a cluster of the user's own. Throws `run_folder` for a plan that lacks it. */
export function clusterOfPlan({ cluster }: Pick<CloudPlan, "cluster">): OwnClusterPlace {
  if (cluster !== undefined) return cluster;
  throw new RefbenchError(
    "run_folder",
    "the plan of a run on an own cluster does not name its kubeconfig and context; expected plan.json as refbench wrote it",
  );
}

/**
 * How long each stage may take, in wall time. Each teardown stage has its own limit, whatever happened before
 * it.
 */
export const DEADLINES_MS = {
  // Every check may take a minute, and listing a large account takes a while.
  preflight: 10 * 60_000,
  // Cloud SQL has taken 18 minutes, a slow GKE 22.
  provision: 60 * 60_000,
  // External provisioners are deployed in it: hundreds of pods pull an image, or machines boot.
  bootstrap: 30 * 60_000,
  load: 120 * 60_000,
  drain: 30 * 60_000,
  // EKS and Cloud SQL may take an hour each, in consecutive stacks. Before them, the namespaces take up to 20
  // minutes, resources of controllers 15, and a refused stack is retried three times.
  destroy: 120 * 60_000,
  sweep: 30 * 60_000,
  audit: 15 * 60_000,
} as const;
