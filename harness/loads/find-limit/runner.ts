import type { Clock } from "../../tools/time/clock.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { LoadRunner, TaskOptions } from "../../model/ports/worker.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { findLimit, MOST_STEPS } from "../../workload/limit-search/limit-search.ts";
import type { LimitResult, LimitStep } from "../../workload/limit-search/limit.ts";
import { buildLadder, nextStep } from "../../workload/limit-search/ladder.ts";
import { withConnections } from "../../workload/limit-search/step.ts";
import type { LimitWish } from "./wish.ts";

/** Gives the 200 samples that a p95 needs within 50 seconds, without a noticeable load for the server. */
const PROBE_EVERY_MS = 250;

/** A search in the form of one load, so that it is run and cleaned up like one. What it has found so far is always available. */
export interface LimitSearch extends LoadRunner {
  readonly steps: readonly LimitStep[];
  /** Absent while it runs, and if it failed. */
  readonly found: LimitResult | undefined;
}

export interface LimitSearchMeans {
  readonly runner: LoadRunner;
  readonly wish: LimitWish;
  readonly judge: (result: LoadResult) => readonly string[];
  readonly clock: Clock;
  /** For each load, milliseconds; 0 = none. */
  readonly timeoutMs: number;
  readonly onStep: (step: LimitStep) => void;
  /** The steps of an earlier search that this one continues. */
  readonly known?: readonly LimitStep[];
}

/**
 * Returns a runner whose load is the whole search. Connections are raised on workspaces that stay. If the task creates
 * them, the first load does so and counts as a step; a continued search takes its next step for that.
 */
export function createLimitSearch(means: LimitSearchMeans): LimitSearch {
  const steps: LimitStep[] = [...(means.known ?? [])];
  let found: LimitResult | undefined;
  return {
    steps,
    get found() {
      return found;
    },
    load: async (task, { signal, onEvent }) => {
      const { wish, judge, clock } = means;
      const loads = new SearchLoads(means, onEvent);
      const onStep = (step: LimitStep): void => {
        steps.push(step);
        means.onStep(step);
      };
      const options = { ...wish, judge, clock, signal, onStep, runner: loads };
      try {
        if (wish.kind === "connections" && task.existing === undefined) {
          const first = await runFirstStep(task, loads, { ...means, signal });
          if (first !== undefined) {
            onStep(first);
            found = await findLimit(wish.kind, {
              ...options,
              task: useOwnWorkspaces(task),
              known: [...steps],
            });
          }
        } else found = await findLimit(wish.kind, { ...options, task, known: [...steps] });
      } catch (error) {
        if (loads.isOutOfTime && !signal.aborted) throw timeoutError(means.timeoutMs, error);
        // After the first load a refusal does not mean that nothing was created: its workspaces must be deleted.
        if (loads.last !== undefined && error instanceof RefbenchError && error.code === "usage")
          throw new RefbenchError("coder", messageOf(error), { cause: error });
        throw error;
      }
      if (loads.isOutOfTime && !signal.aborted) throw timeoutError(means.timeoutMs);
      if (loads.last === undefined)
        throw new RefbenchError("interrupted", "the search ended before a load had figures");
      return loads.last;
    },
  };
}

function timeoutError(timeoutMs: number, cause?: unknown): RefbenchError {
  return new RefbenchError("interrupted", `--timeout of ${timeoutMs / 1000} s for one load is over`, {
    cause,
  });
}

/** Runs the load that creates the workspaces and holds the next connections; undefined if it was stopped. */
async function runFirstStep(
  task: LoadTask,
  runner: LoadRunner,
  { wish, judge, clock, signal, known = [] }: LimitSearchMeans & { readonly signal: AbortSignal },
): Promise<LimitStep | undefined> {
  const { maxSteps = MOST_STEPS } = wish;
  const next = nextStep(known, buildLadder(wish.kind, wish), maxSteps - known.length);
  if ("ended" in next) return undefined;
  const startMs = clock.elapsed();
  const asked = { ...withConnections(task, next.load), keep: true };
  const result = await runner.load(asked, { signal, onEvent: () => undefined });
  if (result.stopped || signal.aborted) return undefined;
  const { limited, reasons: late } = result.generator;
  const broken = [...(result.aborted === undefined ? [] : [result.aborted]), ...judge(result)];
  const { peakRunning, capacity } = result.builds;
  return {
    ...next,
    outcome: limited ? "generator-limited" : broken.length === 0 ? "within" : "broken",
    reasons: limited ? late : broken,
    builds: { peakRunning, capacity },
    tookMs: clock.elapsed() - startMs,
  };
}

function useOwnWorkspaces(task: LoadTask): LoadTask {
  return { ...task, existing: { namePrefix: `${task.prefix}-`, template: task.template } };
}

/** Runs each load of a search within its time limit, and keeps the figures of the last one. */
class SearchLoads implements LoadRunner {
  readonly #means: LimitSearchMeans;
  readonly #onEvent: TaskOptions["onEvent"];
  last: LoadResult | undefined;
  isOutOfTime = false;

  constructor(means: LimitSearchMeans, onEvent: TaskOptions["onEvent"]) {
    this.#means = means;
    this.#onEvent = onEvent;
  }

  async load(task: LoadTask, { signal }: TaskOptions): Promise<LoadResult> {
    const { runner, timeoutMs } = this.#means;
    const limit = new AbortController();
    const timer =
      timeoutMs === 0
        ? undefined
        : setTimeout(() => {
            this.isOutOfTime = true;
            limit.abort(new RefbenchError("interrupted", "--timeout is over"));
          }, timeoutMs);
    try {
      const result = await runner.load(setPace(task), {
        signal: AbortSignal.any([signal, limit.signal]),
        onEvent: (event) => {
          // A step deletes its own things between loads. The command's cleanup, which is timed by this event, comes last.
          if (event.type === "progress" && event.progress.activity.startsWith("deleting")) return;
          this.#onEvent(event);
        },
      });
      this.last = result;
      return result;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Each load ramps up within half a minute, like a separate load of its size, and has enough API probes for a p95. */
function setPace(task: LoadTask): LoadTask {
  const rampPerSecond = Math.max(10, Math.ceil(task.connections.total / 30));
  return { ...task, connections: { ...task.connections, rampPerSecond }, probeEveryMs: PROBE_EVERY_MS };
}
