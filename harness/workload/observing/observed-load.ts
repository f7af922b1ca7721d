import { nothingObserved, type Observation } from "../../model/observation/observation.ts";
import type { ObserveTask } from "../../model/observation/observe-task.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import { messageOf } from "../../tools/error.ts";
import { generatorNow } from "../context/clock-watch.ts";
import { startObserver } from "./start-observer.ts";

/** How long the observer may take to report after a load, and after a stopped one, which must end soon. */
const REPORT_MS = { ended: 40_000, stopped: 5_000 };

/**
 * Runs a load while a process beside it observes the deployment, so that the load's own event loop is not disturbed.
 * The observer ends with the load. If it fails, the load does not: its result says that nothing was seen, and why.
 */
export async function observedLoad(
  task: ObserveTask,
  { signal, command }: { readonly signal: AbortSignal; readonly command: readonly [string, ...string[]] },
  load: () => Promise<LoadResult>,
): Promise<LoadResult> {
  const startedAtMs = generatorNow();
  const observer = await startObserver(task, command).catch((error: unknown) => messageOf(error));
  if (typeof observer === "string") return { ...(await load()), observation: notSeen(startedAtMs, observer) };
  try {
    const result = await load();
    const reportMs = signal.aborted ? REPORT_MS.stopped : REPORT_MS.ended;
    const seen = await observer
      .stop(reportMs)
      .catch((error: unknown) => notSeen(startedAtMs, messageOf(error)));
    return { ...result, observation: seen };
  } finally {
    observer.kill();
  }
}

function notSeen(startedAtMs: number, why: string): Observation {
  return nothingObserved(startedAtMs, [{ what: "what the load's workers reach", why }]);
}
