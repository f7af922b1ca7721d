import { z } from "zod";
import { SERIES_NAMES } from "./series.ts";

/** A value that a rule rests on. */
export const limitEvidence = z.object({
  /** An observed series, or a figure of the load such as `windows.probe.p50Ms` or `builds.queued`. */
  figure: z.union([z.enum(SERIES_NAMES), z.string()]),
  of: z.string().optional(),
  /** Milliseconds since the load's start at which the value was read; absent for a figure of the whole load. */
  atMs: z.number().optional(),
  value: z.number(),
  /** The value with its unit and what it is compared with, as one sentence. */
  words: z.string(),
});
export type LimitEvidence = z.infer<typeof limitEvidence>;

/** One rule that held. */
export const limitFinding = z.object({
  /** Id of the rule, such as `database-connections`. */
  rule: z.string(),
  /** What held the load back, in words: "the database's connections". */
  limit: z.string(),
  advice: z.string(),
  confidence: z.enum(["high", "medium", "low"]),
  /** Share of the judged time in which it held, 0 to 1, by which findings are ranked. */
  share: z.number().min(0).max(1),
  firstAtMs: z.number(),
  lastAtMs: z.number(),
  /** The stretches in which it held, each from and to in milliseconds since the load's start; neighbours are one. */
  spans: z.array(z.tuple([z.number(), z.number()])).optional(),
  evidence: z.array(limitEvidence),
});
export type LimitFinding = z.infer<typeof limitFinding>;

/** What held a load back, or why that is not known. */
export const limits = z.object({
  answer: z.enum([
    /** At least one rule held. */
    "limited",
    /** Everything that can limit was measured, and nothing was saturated. */
    "nothing-saturated",
    /** The load met its objectives with room: no rule is asked. */
    "met-with-room",
    /** Too little was seen. */
    "unknown",
  ]),
  /** The answer as a sentence without a full stop: "limited by the database's connections". */
  sentence: z.string(),
  findings: z.array(limitFinding),
  /** Rules that could not be judged, and what they lack. */
  unjudged: z.array(z.object({ rule: z.string(), why: z.string() })),
});
export type Limits = z.infer<typeof limits>;
