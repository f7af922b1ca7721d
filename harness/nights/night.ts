import { z } from "zod";
import { RUN_ID_PATTERN } from "../model/run-id.ts";
import { EXIT_CODES, type Verdict } from "../tools/verdict.ts";

const verdict = z.enum(Object.keys(EXIT_CODES) as [Verdict, ...Verdict[]]);
const instant = z.iso.datetime();

/** One size of a night, and its result. */
export const nightRun = z.object({
  architecture: z.string(),
  size: z.string(),
  state: z.enum(["waiting", "running", "done", "skipped"]),
  /** Absent when no run was made. */
  runId: z.string().optional(),
  verdict: verdict.optional(),
  /** The stage that failed. */
  stage: z.string().optional(),
  /** Why it did not pass, one sentence. */
  reason: z.string().optional(),
  /** Why a real run's record is not part of the table; absent if it is, or if there is no record. */
  unofficial: z.array(z.string()).optional(),
  startedAt: instant.optional(),
  finishedAt: instant.optional(),
  /** The limit of its cost, and its cost by the price table, in USD. */
  budget: z.number().optional(),
  spent: z.number().optional(),
  /** The zone of the second try, used because the first zone had no machines left. */
  secondZone: z.string().optional(),
});
export type NightRun = z.infer<typeof nightRun>;

/** One step before or after the runs: a sweep, a preflight, the publication. */
export const nightStep = z.object({
  name: z.string(),
  outcome: z.enum(["ok", "found", "failed"]),
  /** The reason in one line. */
  said: z.string(),
  /** Its effect on the verdict of the night; absent in nights of earlier versions. */
  verdict: verdict.optional(),
});
export type NightStep = z.infer<typeof nightStep>;

/** One night: written before its first step and after each, so that the next night finds one that never ended. */
export const nightSchema = z.object({
  schemaVersion: z.literal(1),
  /** The id that all its runs carry. */
  night: z.string().regex(RUN_ID_PATTERN),
  simulated: z.boolean(),
  startedAt: instant,
  /** Absent while it runs, and permanently if its process was killed. */
  finishedAt: instant.optional(),
  coderVersion: z.string().optional(),
  coderChannel: z.enum(["stable", "mainline"]).optional(),
  /** Limit for the whole night in USD. */
  maxCost: z.number().optional(),
  steps: z.array(nightStep),
  runs: z.array(nightRun),
  /** Earlier nights that never ended, as this night found them. */
  unended: z.array(z.object({ night: z.string(), startedAt: instant, runs: z.array(nightRun) })),
  /** Earlier nights whose file cannot be read, with their runs that were not torn down yet. */
  damaged: z
    .array(z.object({ night: z.string(), problem: z.string(), runs: z.array(z.string()) }))
    .default([]),
  /** The heaviest verdict of all steps and runs; absent until the end. */
  verdict: verdict.optional(),
});
export type Night = z.infer<typeof nightSchema>;
