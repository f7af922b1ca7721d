import { z } from "zod";

/** A load's figure; null where the load failed, or has no such figure: it counts against its version. */
const comparedValue = z.number().nullable();

/** One figure of two versions, from pairs of loads that were made one right after the other. */
export const comparedFigure = z.object({
  /** Path into the measurements: `phases.workspace-ready.p95`. */
  metric: z.string(),
  /** In words with its unit. */
  description: z.string(),
  /** Value of each pair, baseline first, in the order that they were measured. */
  pairs: z.array(z.object({ baseline: comparedValue, candidate: comparedValue })),
  /** Relative difference of the candidate, 0.05 = 5 % more; absent when there were too few pairs, or loads failed. */
  difference: z.number().optional(),
  /** Confidence interval of the difference. */
  interval: z.tuple([z.number(), z.number()]).optional(),
  confidence: z.number(),
  /**
   * `different` only when the interval leaves zero out; `worse-by-failures` and `better-by-failures` where the figure
   * is missing in more loads of the candidate than of the baseline, or in fewer: what remains is not compared then.
   */
  conclusion: z.enum([
    "different",
    "no-difference-seen",
    "too-few-pairs",
    "worse-by-failures",
    "better-by-failures",
  ]),
});
export type ComparedFigure = z.infer<typeof comparedFigure>;

const failedOf = z.object({
  failed: z.number().int().nonnegative(),
  of: z.number().int().nonnegative(),
});

/** How many loads of each version failed. */
export const failedLoads = z.object({
  baseline: failedOf,
  candidate: failedOf,
  /** How often equal versions would share the failures at least so unevenly, in this direction (Fisher's exact test). */
  chance: z.number(),
});
export type FailedLoads = z.infer<typeof failedLoads>;

/** The outcome of one load of a comparison. */
export const comparedLoad = z.object({
  version: z.enum(["b", "c"]),
  /** `set-aside`: the generator was the limit, so its figures are not Coder's and its pair is not compared. */
  outcome: z.enum(["measured", "failed", "set-aside"]),
  /** Why it is not `measured`. */
  reason: z.string().optional(),
});
export type ComparedLoad = z.infer<typeof comparedLoad>;

/** Versions of Coder beside each other in one environment. */
export const comparison = z.object({
  baseline: z.object({ asked: z.string(), version: z.string() }),
  candidate: z.object({ asked: z.string(), version: z.string() }),
  /** By which the order was drawn; absent in records from before orders were drawn. */
  seed: z.number().int().optional(),
  /** In which order the loads ran: "b" for baseline, "c" for candidate. */
  order: z.array(z.enum(["b", "c"])),
  /** In the same order; absent in earlier records, as `failedLoads`. */
  loads: z.array(comparedLoad).optional(),
  failedLoads: failedLoads.optional(),
  figures: z.array(comparedFigure),
});
export type Comparison = z.infer<typeof comparison>;
