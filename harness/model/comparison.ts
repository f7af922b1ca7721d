import { z } from "zod";

/** One figure of two versions, from pairs of loads that were made one right after the other. */
export const comparedFigure = z.object({
  /** Path into the measurements: `phases.workspace-ready.p95`. */
  metric: z.string(),
  /** In words with its unit. */
  description: z.string(),
  /** Value of each pair, baseline first, in the order that they were measured. */
  pairs: z.array(z.object({ baseline: z.number(), candidate: z.number() })),
  /** Relative difference of the candidate, 0.05 = 5 % more; absent when there were too few pairs. */
  difference: z.number().optional(),
  /** Confidence interval of the difference. */
  interval: z.tuple([z.number(), z.number()]).optional(),
  confidence: z.number(),
  /** `different` only when the interval leaves zero out. */
  conclusion: z.enum(["different", "no-difference-seen", "too-few-pairs"]),
});
export type ComparedFigure = z.infer<typeof comparedFigure>;

/** Versions of Coder beside each other in one environment. */
export const comparison = z.object({
  baseline: z.object({ asked: z.string(), version: z.string() }),
  candidate: z.object({ asked: z.string(), version: z.string() }),
  /** In which order the loads ran: "b" for baseline, "c" for candidate. */
  order: z.array(z.enum(["b", "c"])),
  figures: z.array(comparedFigure),
});
export type Comparison = z.infer<typeof comparison>;
