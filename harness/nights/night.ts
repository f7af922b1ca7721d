import { z } from "zod";
import { RUN_ID_PATTERN } from "../model/run-id.ts";
import { EXIT_CODES, type Verdict } from "../tools/verdict.ts";

const verdict = z.enum(Object.keys(EXIT_CODES) as [Verdict, ...Verdict[]]);
const instant = z.iso.datetime();

/** One size of a night, and what became of it. */
export const nightRun = z.object({
  architecture: z.string(),
  size: z.string(),
  state: z.enum(["waiting", "running", "done", "skipped"]),
  /** Absent when no run was made. */
  runId: z.string().optional(),
  verdict: verdict.optional(),
  /** The stage that failed. */
  stage: z.string().optional(),
  /** Why it is no pass, one sentence. */
  reason: z.string().optional(),
  /** Why a real run's record is not part of the table; absent when it is, or when there is no record. */
  unofficial: z.array(z.string()).optional(),
  startedAt: instant.optional(),
  finishedAt: instant.optional(),
  /** USD: what it may cost at most, and what it did by the price table. */
  budget: z.number().optional(),
  spent: z.number().optional(),
  /** The zone of the second try, after the first had no machines left. */
  secondZone: z.string().optional(),
});
export type NightRun = z.infer<typeof nightRun>;

/** One step around the runs: a sweep, a preflight, the publication. */
export const nightStep = z.object({
  name: z.string(),
  outcome: z.enum(["ok", "found", "failed"]),
  /** In one line. */
  said: z.string(),
  /** What follows from it for the night; nights of earlier versions do not say. */
  verdict: verdict.optional(),
});
export type NightStep = z.infer<typeof nightStep>;

/** One night: written before its first step and after each, so that the next one can tell of a night that never ended. */
export const nightSchema = z.object({
  schemaVersion: z.literal(1),
  /** The id that all its runs carry. */
  night: z.string().regex(RUN_ID_PATTERN),
  simulated: z.boolean(),
  startedAt: instant,
  /** Absent while it goes on, and for ever when its process was killed. */
  finishedAt: instant.optional(),
  coderVersion: z.string().optional(),
  coderChannel: z.enum(["stable", "mainline"]).optional(),
  /** USD for all of it. */
  maxCost: z.number().optional(),
  steps: z.array(nightStep),
  runs: z.array(nightRun),
  /** Nights before this one that never ended, as this one found them. */
  unended: z.array(z.object({ night: z.string(), startedAt: instant, runs: z.array(nightRun) })),
  /** Nights before this one whose file cannot be read, and which of their runs were not torn down yet. */
  damaged: z
    .array(z.object({ night: z.string(), problem: z.string(), runs: z.array(z.string()) }))
    .default([]),
  /** The heaviest of everything; absent until the end. */
  verdict: verdict.optional(),
});
export type Night = z.infer<typeof nightSchema>;
