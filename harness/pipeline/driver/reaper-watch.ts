import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { StageContext } from "../context/context.ts";
import { ensureReaper, watchReaperLease } from "./ensure-reaper.ts";
import { lookEvery } from "../../tools/time/look-every.ts";
import { findFinalRecord } from "../record/run-record.ts";

/** How often a working run checks whether its reaper lives. */
const LOOK_MS = 2_000;

/** Watches a run's reaper until it is disposed of. */
export interface ReaperWatch extends AsyncDisposable {
  /** Aborts when no reaper can be started for the run, or when the run was torn down. */
  readonly signal: AbortSignal;
  /** The reason, once that has happened. */
  readonly lost: string | undefined;
}

/**
 * Makes sure that a reaper lives while a run's stages work, and replaces one that died. The stages are
 * aborted when no reaper can take the lease (for example, another machine has it) or when the run was torn
 * down meanwhile: nobody would remove what they make, or it would vanish under them.
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
      return end("interrupted", "this run was torn down while it worked");
    try {
      await ensureReaper(folder, ports, signal);
      report({ type: "note", level: "warning", message: "the reaper died; another was started" });
    } catch (error) {
      if (signal.aborted) return;
      await end("harness-error", `no reaper watches this run any more: ${messageOf(error)}`);
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
    log(`the reaper could not be checked: ${messageOf(error)}`),
  );
  return {
    signal: stop.signal,
    get lost() {
      return lost;
    },
    [Symbol.asyncDispose]: () => looks[Symbol.asyncDispose](),
  };
}
