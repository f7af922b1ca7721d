import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { StageContext } from "../context/context.ts";
import { ensureReaper, watchReaperLease } from "./ensure-reaper.ts";
import { lookEvery } from "../../tools/time/look-every.ts";
import { findFinalRecord } from "../record/run-record.ts";

/** How often a run at work looks whether its reaper lives. */
const LOOK_MS = 2_000;

/** A watch over a run's reaper, until it is disposed of. */
export interface ReaperWatch extends AsyncDisposable {
  /** Aborts when the run has nobody to tear it down, or is torn down already. */
  readonly signal: AbortSignal;
  /** Why, once that is so. */
  readonly lost: string | undefined;
}

/**
 * Sees that a reaper lives while a run's stages are at work, starting another for one that died. Where none can take
 * the lease, as when another machine has it, or where the run was torn down meanwhile, they end: what they made would
 * be nobody's, or vanish under them.
 */
export function watchReaper(context: StageContext): ReaperWatch {
  const { folder, ports, signal, journal, report, log } = context;
  const stop = new AbortController();
  let lost: string | undefined;
  const lease = watchReaperLease(folder, ports.clock, (message) =>
    report({ type: "note", level: "warning", message: `the reaper: ${message}` }),
  );
  const look = async (): Promise<void> => {
    if (stop.signal.aborted || (await lease.look()).isHeld) return;
    if ((await findFinalRecord(folder)) !== undefined)
      return end("interrupted", "this run was torn down meanwhile");
    try {
      await ensureReaper(folder, ports, signal);
      report({ type: "note", level: "warning", message: "the reaper had died, and another was started" });
    } catch (error) {
      if (signal.aborted) return;
      await end("harness-error", `no reaper looks after this run any more: ${messageOf(error)}`);
    }
  };
  const end = async (verdict: "interrupted" | "harness-error", reason: string): Promise<void> => {
    lost = reason;
    await journal
      .append({ type: "finding", verdict, reason })
      .catch((failure: unknown) => log(messageOf(failure)));
    report({ type: "note", level: "warning", message: reason });
    stop.abort(new RefbenchError("interrupted", reason));
  };
  const looks = lookEvery(LOOK_MS, look, (error) =>
    log(`the reaper could not be looked at: ${messageOf(error)}`),
  );
  return {
    signal: stop.signal,
    get lost() {
      return lost;
    },
    [Symbol.asyncDispose]: () => looks[Symbol.asyncDispose](),
  };
}
