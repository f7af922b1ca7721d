import { access } from "node:fs/promises";
import { messageOf, RefbenchError } from "../model/error.ts";
import type { Reporter } from "../model/event.ts";
import type { RunRecord } from "../model/record.ts";
import type { TeardownStage } from "../model/stage.ts";
import { EXIT_CODES } from "../model/verdict.ts";
import { openContext, type Ports, type StageContext } from "./context.ts";
import { CostGuard } from "./cost-guard.ts";
import { noteCeiling } from "./cost-meter.ts";
import { watchCost } from "./cost-watch.ts";
import { eventLog } from "./event-log.ts";
import { readJson } from "./json-file.ts";
import { salvageJson } from "./json-file.ts";
import { findKeep } from "./keep.ts";
import { findOwner, ownerState } from "./owner.ts";
import { livenessOf, ownIdentity, type ProcessIdentity } from "./process-identity.ts";
import { planSchema } from "./plan.ts";
import { findRequest, forgetRequest, stagesOf, type TeardownRequest } from "./request.ts";
import type { RunFolder } from "./run-folder.ts";
import { takeRunLease, type RunLease } from "./run-lease.ts";
import { exitCodeOf, findFinalRecord, writeFinalRecord } from "./run-record.ts";
import { runStage, type StageFunction } from "./run-stage.ts";
import { audit, auditResult } from "./stages/audit.ts";
import { destroy } from "./stages/destroy.ts";
import { drain } from "./stages/drain.ts";
import { sweep } from "./stages/sweep.ts";

const STAGE_FUNCTIONS: Readonly<Record<TeardownStage, StageFunction>> = { drain, destroy, sweep, audit };

/** How often the reaper looks whether it is wanted, and how often it renews its lease. */
const LOOK_MS = 250;
const RENEW_MS = 10_000;

/** How long a run that outlived its expiry may take to hand over before it is killed. */
const OWNER_STOP_MS = 60_000;

/**
 * The only teardown path: waits until the run hands over, dies or outlives its expiry, then drains, destroys,
 * sweeps and audits, and writes the record for good. Throws `lease_held` when another reaper works on the run.
 */
export async function reap(
  folder: RunFolder,
  ports: Ports,
  options: {
    readonly reporter: Reporter;
    readonly signal: AbortSignal;
    /** @default this process */
    readonly holder?: ProcessIdentity;
  },
): Promise<void> {
  if ((await findFinalRecord(folder)) !== undefined) return;
  const { holder = ownIdentity(), reporter } = options;
  const { runId } = await readJson(folder.plan, planSchema);
  const { clock, bucket } = ports;
  const report = eventLog(folder.events, clock, reporter);
  const note = (message: string): void => report({ type: "note", level: "warning", message });
  const lease = await takeRunLease({ folder, runId, clock, bucket, holder, note });
  const lost = new AbortController();
  const renewal = setInterval(() => {
    lease.renew().catch((error: unknown) => {
      if (error instanceof RefbenchError && error.code === "lease_held") lost.abort(error);
    });
  }, RENEW_MS);
  try {
    const context = await openContext(folder, ports, {
      reporter,
      signal: AbortSignal.any([options.signal, lost.signal]),
      checkLease: () => lease.check(),
    });
    await context.journal.append({ type: "reaper-started", pid: process.pid, fence: lease.fence });
    await serve(context, lease);
    await context.mirror?.files();
  } finally {
    clearInterval(renewal);
    await lease.release().catch(() => undefined);
  }
}

async function serve(context: StageContext, lease: RunLease): Promise<void> {
  for (;;) {
    const request = await nextRequest(context);
    await lease.check();
    for (const stage of stagesOf(request)) {
      if (stage === "audit") await retryDestroy(context);
      await runTellingCost(stage, context);
      // Only a teardown that was not stopped may say how it ended; the next reaper begins again.
      context.signal.throwIfAborted();
    }
    await lease.check();
    if (request.through === "audit") {
      await sweepWhatCameLate(context);
      await finish(context);
      await forgetRequest(context.folder);
      return;
    }
    await forgetRequest(context.folder);
  }
}

/** Until the end of these something stands that is paid for; later stages look and wait. */
const PAID: ReadonlySet<TeardownStage> = new Set(["drain", "destroy"]);

async function runTellingCost(stage: TeardownStage, context: StageContext): Promise<void> {
  await using watch = PAID.has(stage) ? watchCost(context, { mayEnd: false }) : undefined;
  await runStage(stage, STAGE_FUNCTIONS[stage], { ...context, signal: watch?.signal ?? context.signal });
}

/** What only the audit saw appeared after the sweep had looked: it is swept too, and asked for once more. */
async function sweepWhatCameLate(context: StageContext): Promise<void> {
  if ((await salvageJson(context.folder.result("audit"), auditResult))?.state !== "leaked") return;
  for (const stage of ["sweep", "audit"] as const) {
    await runStage(stage, STAGE_FUNCTIONS[stage], context);
    context.signal.throwIfAborted();
  }
}

/** Waits until there is a reason to tear down. */
async function nextRequest(context: StageContext): Promise<TeardownRequest> {
  const { folder, ports, plan, signal, journal } = context;
  const guard = new CostGuard(context);
  for (;;) {
    signal.throwIfAborted();
    await staysHere(folder);
    const request = await findRequest(folder);
    const owner = await ownerState(folder);
    if (request !== undefined) {
      if (owner === "alive" && request.reason === "teardown") await stopOwner(context);
      if (owner === "dead" && !(await wasHandedOver(context))) await noteDeath(context);
      return request;
    }
    const keep = await findKeep(folder);
    if (keep !== undefined) {
      if (ports.clock.now() >= keep.untilMs)
        return { through: "audit", only: false, reason: "its keep window is over" };
    } else if (owner === "dead") {
      await noteDeath(context);
      return { through: "audit", only: false, reason: "the run's process died" };
    }
    const tooDear = await guard.look({ atWork: keep === undefined && owner !== "none" });
    if (tooDear !== undefined) {
      await noteTooDear(context, keep, tooDear);
      if (keep === undefined && owner === "alive") await stopOwner(context);
      return { through: "audit", only: false, reason: "the cost ceiling is reached" };
    }
    if (keep === undefined && plan.expiresAtMs !== null && ports.clock.now() >= plan.expiresAtMs) {
      await journal.append({
        type: "finding",
        verdict: "interrupted",
        reason: "the run outlived its expiry",
      });
      if (owner === "alive") await stopOwner(context);
      return { through: "audit", only: false, reason: "expired" };
    }
    await ports.clock.sleep(LOOK_MS, signal);
  }
}

/** Has the record say that the budget ended the run, or the window of one that failed before. */
async function noteTooDear(
  context: StageContext,
  keep: Awaited<ReturnType<typeof findKeep>>,
  reached: string,
): Promise<void> {
  const { ports, journal, report } = context;
  if (keep === undefined) await noteCeiling(context, reached);
  else {
    const reason = `${keep.reason}; its window ended before: ${reached}`;
    await journal.append({ type: "kept", untilMs: ports.clock.now(), reason });
  }
  report({ type: "note", level: "warning", message: `the cost ceiling is reached: ${reached}` });
}

/** A folder that was moved is torn down from where it is now: waiting on here would only hold its lease. */
async function staysHere(folder: RunFolder): Promise<void> {
  await access(folder.path).catch(() => {
    throw new RefbenchError(
      "lease_held",
      `${folder.path} is not there any more: "refbench teardown <path>" goes on where it was moved to`,
    );
  });
}

/** Whether the run's process came to its end, in words of its own or as a kept failure. */
async function wasHandedOver({ folder, journal }: StageContext): Promise<boolean> {
  const { entries } = await journal.read();
  return entries.some(({ type }) => type === "hand-over") || (await findKeep(folder)) !== undefined;
}

async function noteDeath({ journal }: StageContext): Promise<void> {
  await journal.append({
    type: "finding",
    verdict: "interrupted",
    reason: "the run's process died before it handed over",
  });
}

/** Ends a run that still works: SIGTERM lets it hand over, SIGKILL follows. */
async function stopOwner({ folder, ports, signal }: StageContext): Promise<void> {
  const owner = await findOwner(folder);
  if (owner === undefined || owner.pid === process.pid) return;
  const giveUpAt = ports.clock.now() + OWNER_STOP_MS;
  send(owner.pid, "SIGTERM");
  while (livenessOf(owner) === "alive" && ports.clock.now() < giveUpAt) await ports.clock.sleep(100, signal);
  if (livenessOf(owner) === "alive") send(owner.pid, "SIGKILL");
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the look and the signal: what was wanted.
  }
}

/** A destroy that stopped at what the sweep then removed is asked once more, so that the state is empty too. */
async function retryDestroy(context: StageContext): Promise<void> {
  const { entries } = await context.journal.read();
  const failed = entries.findLast((entry) => entry.type === "stack-outcome" && entry.act === "destroy");
  const swept = entries.some((entry) => entry.type === "swept");
  if (failed?.type !== "stack-outcome" || failed.ok || !swept) return;
  for (const stage of ["destroy", "sweep", "audit"] as const)
    await runStage(stage, STAGE_FUNCTIONS[stage], context);
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
      message: `teardown ended, but its record could not be written: ${messageOf(error)}`,
    });
    context.report({ type: "run.finished", verdict: "unverified", exitCode: EXIT_CODES.unverified });
    return undefined;
  }
}
