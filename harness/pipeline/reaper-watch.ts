import { messageOf, RefbenchError } from "../model/error.ts";
import type { StageContext } from "./context.ts";
import { ensureReaper, reaperLives } from "./ensure-reaper.ts";

/** How often a run at work looks whether its reaper lives. */
const LOOK_MS = 2_000;

/** A watch over a run's reaper, until it is disposed of. */
export interface ReaperWatch extends AsyncDisposable {
  /** Aborts when no reaper can be had. */
  readonly signal: AbortSignal;
  /** Why no reaper can be had, once that is so. */
  readonly lost: string | undefined;
}

/**
 * Sees that a reaper lives while a run's stages are at work, starting another for one that died. Where none can take
 * the lease, as when another machine has it, they end: what they made would be nobody's, or vanish under them.
 */
export function watchReaper(context: StageContext): ReaperWatch {
  const { folder, ports, signal, journal, report, log } = context;
  const stop = new AbortController();
  let lost: string | undefined;
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    if (stop.signal.aborted || (await reaperLives(folder, ports.clock))) return;
    try {
      await ensureReaper(folder, ports, signal);
      report({ type: "note", level: "warning", message: "the reaper had died, and another was started" });
    } catch (error) {
      if (signal.aborted) return;
      lost = `no reaper looks after this run any more: ${messageOf(error)}`;
      await journal
        .append({ type: "finding", verdict: "harness-error", reason: lost })
        .catch((failure: unknown) => log(messageOf(failure)));
      report({ type: "note", level: "warning", message: lost });
      stop.abort(new RefbenchError("interrupted", lost));
    }
  };
  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => log(`the reaper could not be looked at: ${messageOf(error)}`))
      .finally(() => (looking = undefined));
  }, LOOK_MS);
  return {
    signal: stop.signal,
    get lost() {
      return lost;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await looking;
    },
  };
}
