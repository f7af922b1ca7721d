import { messageOf } from "../../tools/error.ts";
import type { Reporter } from "../../model/ports/event.ts";
import type { RunRecord } from "../../model/record/record.ts";
import type { TeardownStage } from "../../model/record/stage.ts";
import { EXIT_CODES } from "../../tools/verdict.ts";
import { openContext, type Ports, type StageContext, type WaitingPorts } from "../context/context.ts";
import { watchCost } from "../cost/cost-watch.ts";
import { eventLog } from "../folder/event-log.ts";
import { readJson, salvageJson } from "../../tools/files/json-file.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { ownIdentity, type ProcessIdentity } from "../../tools/process/process-identity.ts";
import { nextRequest } from "./next-request.ts";
import { planSchema } from "../folder/plan.ts";
import { forgetRequest, stagesOf } from "../folder/request.ts";
import type { RunFolder } from "../folder/run-folder.ts";
import { takeRunLease, type RunLease } from "./run-lease.ts";
import { exitCodeOf, findFinalRecord, writeFinalRecord } from "../record/run-record.ts";
import { runStage, type StageFunction } from "../context/run-stage.ts";
import { audit, auditResult } from "../stages/audit.ts";
import { destroy } from "../stages/destroy.ts";
import { drain } from "../stages/drain.ts";
import { sweep } from "../stages/sweep.ts";
import { stopDriver } from "./stop-driver.ts";
import { isLeaseHeld } from "../lease/lease.ts";

const STAGE_FUNCTIONS: Readonly<Record<TeardownStage, StageFunction>> = { drain, destroy, sweep, audit };

/** The imports of a reaper at its start: few, because it waits for hours beside a load that is measured. */
export interface ReaperPorts extends WaitingPorts {
  /** Loads the other ports before the first teardown. */
  readonly compose: () => Promise<Ports>;
}

/**
 * The only teardown path. Waits until the run hands over, dies or expires; then drains, destroys, sweeps,
 * audits and writes the final record. Throws `lease_held` when another reaper works on the run.
 */
export async function reap(
  folder: RunFolder,
  ports: Ports | ReaperPorts,
  options: {
    readonly reporter: Reporter;
    readonly signal: AbortSignal;
    /** @default this process */
    readonly holder?: ProcessIdentity;
    /** How often the lease is renewed. */
    readonly renewMs?: number;
    /** Called once the lease is taken: from then on only this process tears down. */
    readonly onHeld?: () => void;
  },
): Promise<void> {
  if ((await findFinalRecord(folder)) !== undefined) return;
  const { holder = ownIdentity(), reporter } = options;
  const { runId } = await readJson(folder.plan, planSchema);
  const { clock, bucket } = ports;
  const report = eventLog(folder.events, clock, reporter);
  const note = (message: string): void => report({ type: "note", level: "warning", message });
  const lease = await takeRunLease({ folder, runId, clock, bucket, holder, note });
  options.onHeld?.();
  using keeper = new LeaseKeeper(lease, note, options.renewMs);
  try {
    const context = await openContext(folder, ports, {
      reporter,
      signal: AbortSignal.any([options.signal, keeper.lost]),
      checkLease: () => lease.check(),
    });
    await context.journal.append({ type: "reaper-started", pid: process.pid, fence: lease.fence });
    await serve(context, lease, "compose" in ports ? ports.compose : () => Promise.resolve(ports));
    await context.mirror?.files();
  } catch (error) {
    if (isLeaseHeld(error)) {
      note(`another process has taken over this run, so its work here is stopped: ${error.message}`);
      await stopDriver({ folder, ports, signal: options.signal });
    }
    throw error;
  } finally {
    await lease.release().catch(() => undefined);
  }
}

async function serve(
  waiting: StageContext<WaitingPorts>,
  lease: RunLease,
  compose: () => Promise<Ports>,
): Promise<void> {
  let ports: Ports | undefined;
  for (;;) {
    const request = await nextRequest(waiting, lease);
    const context = { ...waiting, ports: (ports ??= await compose()) };
    await lease.check();
    for (const stage of stagesOf(request)) {
      if (stage === "audit") await retryDestroy(context);
      await runWatchingCost(stage, context);
      // Only a teardown that was not stopped may record its end; the next reaper starts again.
      context.signal.throwIfAborted();
    }
    await lease.check();
    if (request.through === "audit") {
      await sweepWhatCameLate(context);
      // Without a record the request stays, so that the next reaper acts on it instead of waiting.
      if ((await finish(context)) !== undefined) await forgetRequest(context.folder);
      return;
    }
    await forgetRequest(context.folder);
  }
}

/** Until these stages end, something billed may exist. Later stages only look and wait. */
const PAID: ReadonlySet<TeardownStage> = new Set(["drain", "destroy"]);

async function runWatchingCost(stage: TeardownStage, context: StageContext): Promise<void> {
  await using watch = PAID.has(stage) ? watchCost(context, { mayEnd: false }) : undefined;
  await runStage(stage, STAGE_FUNCTIONS[stage], { ...context, signal: watch?.signal ?? context.signal });
}

/** Sweeps and audits again when the audit found something that appeared after the sweep. */
async function sweepWhatCameLate(context: StageContext): Promise<void> {
  if ((await salvageJson(context.folder.result("audit"), auditResult))?.state !== "leaked") return;
  for (const stage of ["sweep", "audit"] as const) {
    await runStage(stage, STAGE_FUNCTIONS[stage], context);
    context.signal.throwIfAborted();
  }
}

/**
 * Repeats a destroy that stopped at something which the sweep then removed, so that the state becomes empty
 * too. The audit comes after it.
 */
async function retryDestroy(context: StageContext): Promise<void> {
  const { entries } = await context.journal.read();
  const failed = entries.findLast((entry) => entry.type === "stack-outcome" && entry.act === "destroy");
  const swept = entries.some((entry) => entry.type === "swept");
  if (failed?.type !== "stack-outcome" || failed.ok || !swept) return;
  for (const stage of ["destroy", "sweep"] as const) {
    await runStage(stage, STAGE_FUNCTIONS[stage], context);
    context.signal.throwIfAborted();
  }
}

async function finish(context: StageContext): Promise<RunRecord | undefined> {
  try {
    const record = await writeFinalRecord(context);
    context.report({
      type: "run.finished",
      verdict: record.verdict === "pending" ? "unverified" : record.verdict,
      exitCode: exitCodeOf(record),
    });
    return record;
  } catch (error) {
    context.log(messageOf(error));
    context.report({
      type: "note",
      level: "error",
      message: `the teardown ended, but its record could not be written: ${messageOf(error)}`,
    });
    context.report({ type: "run.finished", verdict: "unverified", exitCode: EXIT_CODES.unverified });
    return undefined;
  }
}
