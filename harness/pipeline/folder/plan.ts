import { z } from "zod";
import { instantMs } from "../../tools/time/instant.ts";
import type { Release } from "../../../stacks/environment.ts";
import { runCost } from "../../model/record/cost.ts";
import { endpointVariables } from "../../model/cloud/endpoint-variables.ts";
import { drawOrder } from "../../model/cloud/load-order.ts";
import { bootTime } from "../../tools/time/moment.ts";
import { origin, recordSchema, refbenchProvenance } from "../../model/record/record.ts";
import { RUN_ID_PATTERN } from "../../model/run-id.ts";
import { objectiveSchema, sizeSchema } from "../../../reference-architectures/architecture.ts";

/** Name of the file of faults in a run's folder. */
export const FAULTS = "faults.json";

/** What one run was told to do: written once when the run is made, never changed. Holds no secret. */
export const planSchema = z.object({
  schemaVersion: z.literal(1),
  runId: z.string().regex(RUN_ID_PATTERN),
  createdAt: z.iso.datetime(),
  /** The same moment by a clock that nobody can set; absent in plans of earlier versions. */
  createdSinceBoot: bootTime.optional(),
  /** What started it. */
  origin: origin.default({ kind: "run" }),
  /** The run of another zone whose place it takes. */
  failedOver: recordSchema.shape.failedOver,
  /** Two versions of Coder in turns, in as many pairs of loads. */
  comparison: recordSchema.shape.toCompare,
  /** How Coder's version was asked for. */
  coderChannel: recordSchema.shape.provenance.shape.coderChannel,
  /** The table's label of the architecture. */
  environmentLabel: z.string(),
  simulated: z.boolean(),
  /** Present on a rehearsal. */
  rehearsal: z
    .object({
      /** The twin's folder, absolute; where the machine has none, teardown says so. */
      twinRoot: z.string(),
      /** Which twin it is: another one at the same place cannot answer for this run. */
      twinId: z.string().optional(),
      speed: z.number().positive(),
      buildSpeed: z.number().positive(),
      /** Share of the workspace builds that fail. */
      failBuilds: z.number().min(0).max(1),
      /** How long every shell takes until its prompt, milliseconds. */
      shellDelayMs: z.number().nonnegative().optional(),
      /** Name of the file of faults inside the run's folder: never a path to another place. */
      faults: z.literal(FAULTS).optional(),
      /** The real Coder server that is rehearsed on; absent = the emulator. */
      coder: z
        .object({
          binary: z.string(),
          providerMirror: z.string().optional(),
          terraformCliConfig: z.string().optional(),
        })
        .optional(),
    })
    .optional(),
  /** Present on a real run: the cloud that every process of it works in, whatever its shell says. */
  cloud: z
    .object({
      provider: z.enum(["google", "aws"]),
      /** Google project or AWS account, as it was pinned. */
      project: z.string(),
      region: z.string(),
      zone: z.string(),
      /** Endpoint variables that replace the cloud's own, with their values. Such a run is never official. */
      endpoints: endpointVariables,
      /** They lead to an emulated cloud altogether, which is nobody's account. */
      emulated: z.boolean(),
      /** Digest of what the environment is made from. */
      stacks: z.string(),
      skippedChecks: z.array(z.string()),
      skippedCanary: z.boolean(),
    })
    .optional(),
  /** The size with its overrides applied: what the load asks for and what carries it. */
  size: sizeSchema,
  /** Name of the workspace template, and the parameters each workspace is made with. */
  template: z.string(),
  parameters: z.record(z.string(), z.string()),
  objectives: z.array(objectiveSchema),
  /** What changes the meaning of the figures, in words. */
  conditions: z.array(z.string()),
  /** What it is expected to cost, and `--max-cost`; absent where there are no prices. */
  cost: runCost.omit({ spent: true }).optional(),
  /** After a failure the environment stays this long, while no more than `max` runs of this folder are kept. */
  keepOnFailure: z.object({ ms: z.number().positive(), max: z.number().int().nonnegative() }).optional(),
  /** Where the shard program runs: on the load runner inside the network, or on this machine, which has a route. */
  runner: z.enum(["network", "local"]).default("local"),
  /** URL of the bucket or folder that the run is mirrored to, for when its machine is lost. */
  mirror: z.string().optional(),
  /** Unix milliseconds at which the reaper tears down whatever happens; null = never by itself. */
  expiresAtMs: instantMs.nullable(),
  refbench: refbenchProvenance,
  machine: z.object({ cpu: z.string(), cores: z.number(), memoryGib: z.number(), os: z.string() }),
  node: z.string(),
});
export type Plan = z.infer<typeof planSchema>;

/** What a comparison was told to do. */
export type ComparisonPlan = NonNullable<Plan["comparison"]>;

/** Which version of a comparison is installed first. */
export function firstRelease({ pairs, seed = 0 }: ComparisonPlan): Release {
  return drawOrder(pairs, seed)[0] === "c" ? "candidate" : "baseline";
}

/** How many loads a run makes, one after the other. */
export function loadsOf({ comparison }: { readonly comparison?: ComparisonPlan | undefined }): number {
  return comparison === undefined ? 1 : comparison.pairs * 2;
}

/** Where a real run works, and what was waived for it. */
export type CloudPlan = NonNullable<Plan["cloud"]>;

/** How long each stage may take, in wall time. Each teardown stage has its own, whatever happened before it. */
export const DEADLINES_MS = {
  // Every check has a minute of its own, and a large account takes a while to list.
  preflight: 10 * 60_000,
  // Cloud SQL has been seen to take 18 minutes, a pessimistic GKE path 22.
  provision: 60 * 60_000,
  bootstrap: 15 * 60_000,
  load: 120 * 60_000,
  drain: 30 * 60_000,
  // EKS and Cloud SQL may take an hour each, in stacks one after the other; before them the namespaces take up to 20
  // minutes, what controllers made 15, and a stack that is refused is asked three times.
  destroy: 120 * 60_000,
  sweep: 30 * 60_000,
  audit: 15 * 60_000,
} as const;
