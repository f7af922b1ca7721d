import { messageOf, RefbenchError, verdictOfError } from "../../tools/error.ts";
import { momentNow, msBetween } from "../../tools/time/moment.ts";
import type { Stage } from "../../model/record/stage.ts";
import type { StageContext } from "./context.ts";
import { DEADLINES_MS, countLoads } from "../folder/plan.ts";
import { isLeaseHeld } from "../lease/lease.ts";
import { stackOf } from "../../model/stack-of.ts";

/** The work of one stage. May return a sentence for the progress display. */
export type StageFunction = (context: StageContext) => Promise<string | undefined>;

/**
 * Runs one stage within its deadline. Records the intent before, the outcome after, and a finding when it
 * fails. Returns the outcome. Throws only when another reaper has the lease, or on a bug.
 */
export async function runStage(
  stage: Stage,
  run: StageFunction,
  context: StageContext,
): Promise<"ok" | "failed" | "interrupted"> {
  const { ports, journal, report, signal } = context;
  const startedAt = momentNow(ports.clock);
  const deadlineMs = DEADLINES_MS[stage] * (stage === "load" ? countLoads(context.plan) : 1);
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort(
      new RefbenchError("infrastructure", `${stage} did not finish within ${deadlineMs / 60_000} minutes`),
    );
  }, deadlineMs);
  const finish = async (
    outcome: "ok" | "failed" | "interrupted",
    message?: string,
  ): Promise<typeof outcome> => {
    const worded = message === undefined ? {} : { message };
    const { ms: durationMs } = msBetween(startedAt, momentNow(ports.clock));
    report({ type: "stage.finished", stage, outcome, durationMs, ...worded });
    await journal
      .append({ type: "stage-outcome", stage, outcome, ...worded })
      .catch((error: unknown) => context.log(messageOf(error)));
    return outcome;
  };
  try {
    report({ type: "stage.started", stage });
    await journal.append({ type: "stage-intent", stage });
    signal.throwIfAborted();
    const message = await run({ ...context, signal: AbortSignal.any([signal, deadline.signal]) });
    return await finish("ok", message);
  } catch (error) {
    if (signal.aborted) return await finish("interrupted", messageOf(signal.reason));
    // Another reaper works on this run, so this failure says nothing about the run.
    if (isLeaseHeld(error)) throw error;
    const reason = deadline.signal.aborted ? (deadline.signal.reason as RefbenchError) : error;
    context.log(stackOf(reason));
    const verdict = reason instanceof RefbenchError ? verdictOfError[reason.code] : "harness-error";
    await journal
      // Something may exist by now, so a usage error no longer counts as one.
      .append({
        type: "finding",
        verdict: verdict === "usage" ? "harness-error" : verdict,
        reason: `${stage}: ${messageOf(reason)}`,
      })
      .catch((failure: unknown) => context.log(messageOf(failure)));
    return await finish("failed", messageOf(reason));
  } finally {
    clearTimeout(timer);
  }
}
