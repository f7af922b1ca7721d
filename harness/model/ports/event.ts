import { z } from "zod";
import { runCost } from "../record/cost.ts";
import { type BootTime, bootTime } from "../../tools/time/boot-time.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { loadProgress } from "../record/worker-result.ts";
import { type Stage, STAGES } from "../record/stage.ts";
import { EXIT_CODES, type Verdict } from "../../tools/verdict.ts";

const count = z.number().int().nonnegative();
const usd = z.number().nonnegative();
const stage = z.enum(STAGES as [Stage, ...Stage[]]);
const verdict = z.enum(Object.keys(EXIT_CODES) as [Verdict, ...Verdict[]]);

const terraformProgress = z.object({
  address: z.string(),
  action: z.enum(["create", "update", "delete", "replace", "read"]),
  state: z.enum(["started", "progress", "complete", "failed"]),
  elapsedSeconds: z.number().nonnegative().optional(),
});

/** The engine's reports: typed events, written to `events.jsonl` and passed to the reporter. Only `harness/cli` prints. */
const runEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("run.started"),
    runId: z.string(),
    architecture: z.string(),
    size: z.string(),
    simulated: z.boolean(),
    folder: z.string(),
  }),
  z.object({ type: z.literal("stage.started"), stage }),
  z.object({
    type: z.literal("stage.finished"),
    stage,
    outcome: z.enum(["ok", "failed", "interrupted", "skipped"]),
    durationMs: z.number(),
    message: z.string().optional(),
  }),
  z.object({
    type: z.literal("terraform.planned"),
    stack: z.string(),
    summary: z.object({ add: count, change: count, remove: count }),
  }),
  z.object({ type: z.literal("terraform.progress"), stack: z.string(), progress: terraformProgress }),
  z.object({ type: z.literal("load.progress"), progress: loadProgress }),
  z.object({ type: z.literal("cost.estimated"), cost: runCost.omit({ spent: true }) }),
  /** USD from the first create until now, by the estimate's rates; reported with each additional cent. */
  z.object({ type: z.literal("cost.progress"), spent: usd, ceiling: usd.optional() }),
  z.object({ type: z.literal("note"), level: z.enum(["info", "warning", "error"]), message: z.string() }),
  z.object({ type: z.literal("teardown.handed-over"), reaperPid: z.number() }),
  z.object({ type: z.literal("drain.progress"), deleted: count, remaining: count }),
  z.object({ type: z.literal("sweep.removed"), kind: z.string(), name: z.string() }),
  z.object({
    type: z.literal("audit.finished"),
    verdict: z.enum(["clean", "leaked", "unverified"]),
    left: count,
    scope: z.string(),
  }),
  z.object({ type: z.literal("run.finished"), verdict, exitCode: z.number() }),
]);
export type RunEvent = z.infer<typeof runEvent>;

/** An event as it is stored: one line of `events.jsonl`. */
const storedEvent = z.intersection(
  runEvent,
  z.object({ at: z.iso.datetime(), sinceBoot: bootTime.optional() }),
);
export type StoredEvent = RunEvent & {
  readonly at: string;
  /** The same moment by a clock that nobody can set; absent in what earlier versions stored. */
  readonly sinceBoot?: BootTime | undefined;
};

/** The event of a stored line; undefined for any other line, such as the last one of a killed process. */
export function findStoredEvent(line: string): StoredEvent | undefined {
  try {
    return storedEvent.safeParse(parseJson(line)).data;
  } catch {
    return undefined;
  }
}

/** Receives events. Must not throw. */
export interface Reporter {
  report(event: StoredEvent): void;
}
