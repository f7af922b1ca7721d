import { messageOf } from "../../tools/error.ts";
import { afterCreate } from "./after-create.ts";
import type { Reporter } from "../../model/ports/event.ts";
import { RUN_STAGES, type RunStage } from "../../model/record/stage.ts";
import { watchClock } from "../context/clock-sight.ts";
import { watchCost } from "../cost/cost-watch.ts";
import { openContext, type Ports, type StageContext } from "../context/context.ts";
import { ensureReaper } from "./ensure-reaper.ts";
import { EventTail } from "../folder/event-log.ts";
import { keepAfterFailure } from "./keep.ts";
import { claimRun } from "../folder/driver.ts";
import { watchReaper } from "./reaper-watch.ts";
import { requestHandOver } from "../folder/request.ts";
import type { RunFolder } from "../folder/run-folder.ts";
import { objectivesMet, writePendingRecord } from "../record/run-record.ts";
import { runStage, type StageFunction } from "../context/run-stage.ts";
import { bootstrap } from "../stages/bootstrap.ts";
import { load } from "../stages/load.ts";
import { preflight } from "../stages/preflight.ts";
import { provision } from "../stages/provision.ts";

export const RUN_STAGE_FUNCTIONS: Readonly<Record<RunStage, StageFunction>> = {
  preflight,
  provision,
  bootstrap,
  load,
};

/**
 * Drives a run through its stages and always hands it over to the reaper: a failed or interrupted stage only
 * skips the later ones.
 * Returns the byte offset in `events.jsonl` at which the reaper's events begin. Returns `kept` when a failed
 * environment is kept, or `left` when the reaper takes over only after this process ends.
 */
export async function executeRun(
  folder: RunFolder,
  ports: Ports,
  options: { readonly reporter: Reporter; readonly signal: AbortSignal },
): Promise<number | "kept" | "left"> {
  const context = await openContext(folder, ports, options);
  const { plan, environment } = context;
  context.report({
    type: "run.started",
    runId: plan.runId,
    architecture: environment.architecture,
    size: environment.size,
    simulated: plan.simulated,
    folder: folder.path,
  });
  // First: what would be lost with this machine must be known elsewhere.
  await context.mirror?.open();
  // From here on the reaper takes over if this process dies.
  await claimRun(folder);
  const reaperPid = await ensureReaper(folder, ports);
  return afterCreate(plan, async () => {
    const { failed, stopped } = await runWatched(context);
    const isKept =
      failed !== undefined &&
      stopped === undefined &&
      !options.signal.aborted &&
      (await keepAfterFailure(context, failed)) !== undefined;
    if (!isKept) return handOver(context, reaperPid, stopped ?? "the stages are done");
    await writePending(context);
    return "kept";
  });
}

/**
 * Runs the stages while their clock, cost and reaper are watched. Returns what failed, and what stopped them.
 */
async function runWatched(
  context: StageContext,
): Promise<{ readonly failed: string | undefined; readonly stopped: string | undefined }> {
  const clock = watchClock(context);
  try {
    return await runWithin(context);
  } finally {
    await clock[Symbol.asyncDispose]();
  }
}

/** The part of `runWatched` in which the clock is watched. */
async function runWithin(
  context: StageContext,
): Promise<{ readonly failed: string | undefined; readonly stopped: string | undefined }> {
  await using cost = watchCost(context);
  await using reaper = watchReaper(context);
  const signal = AbortSignal.any([cost.signal, reaper.signal]);
  const failed = await runStages({ ...context, signal });
  return { failed, stopped: cost.reached ?? reaper.lost };
}

/** Runs the stages until one does not succeed. Returns what failed after something may have been created. */
async function runStages(context: StageContext): Promise<string | undefined> {
  for (const stage of RUN_STAGES) {
    const outcome = await runStage(stage, RUN_STAGE_FUNCTIONS[stage], context);
    if (outcome !== "ok") return stage === "preflight" ? undefined : `${stage} ${outcome}`;
  }
  return (await objectivesMet(context)) ? undefined : "objectives missed";
}

/** Writes the pending record. A failure is reported and must not prevent the teardown. */
async function writePending(context: StageContext): Promise<void> {
  await writePendingRecord(context).catch((error: unknown) => {
    context.report({
      type: "note",
      level: "error",
      message: `the record could not be written before teardown: ${messageOf(error)}`,
    });
  });
}

async function handOver(context: StageContext, reaperPid: number, ended: string): Promise<number | "left"> {
  const { folder, journal, signal, report } = context;
  const reason = signal.aborted ? messageOf(signal.reason) : ended;
  if (signal.aborted) {
    await journal
      .append({ type: "finding", verdict: "interrupted", reason })
      .catch((error: unknown) => context.log(messageOf(error)));
  }
  await writePending(context);
  await journal
    .append({ type: "hand-over", reason })
    .catch((error: unknown) => context.log(messageOf(error)));
  report({ type: "teardown.handed-over", reaperPid });
  const offset = await EventTail.end(folder.events);
  try {
    await requestHandOver(folder);
    return offset;
  } catch (error) {
    report({
      type: "note",
      level: "error",
      message: `the reaper cannot be notified and takes over once this process has ended: ${messageOf(error)}`,
    });
    return "left";
  }
}
