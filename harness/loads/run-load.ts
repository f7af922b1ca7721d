import type { Clock } from "../tools/time/clock.ts";
import type { Reporter, RunEvent } from "../model/ports/event.ts";
import { messageOf, RefbenchError } from "../tools/error.ts";
import { momentNow, type Moment, steadyClock } from "../tools/time/moment.ts";
import { run12 } from "../model/run-id.ts";
import type { LoadRunner, WorkerEvent } from "../model/ports/worker.ts";
import type { LoadResult } from "../model/record/worker-result.ts";
import type { LoadTask } from "../model/ports/worker-task.ts";
import { stepBetween } from "../pipeline/folder/timeline.ts";
import { cleanUp, type CleanupResult } from "../workload/removal/cleanup.ts";
import type { GuardedCaller } from "../workload/checks/guard-caller.ts";
import type { LoadInterrupts } from "./interrupts.ts";

/** The outcome of a manual load. Its cleanup was tried in any case. */
export interface LoadOutcome {
  readonly startedMs: number;
  readonly endedMs: number;
  /** Steps of the wall clock during the load: when each was noticed, and by how much. The other times are elapsed time. */
  readonly steps?: readonly { readonly seenMs: number; readonly byMs: number }[];
  /** Absent if the load ended without figures. */
  readonly result?: LoadResult;
  /** Why it has no figures, or why it was stopped. */
  readonly failure?: RefbenchError;
  readonly cleanup:
    | { readonly state: "kept" }
    | { readonly state: "done"; readonly result: CleanupResult; readonly endedMs: number }
    | { readonly state: "failed"; readonly reason: string; readonly endedMs: number };
}

export interface LoadCommandMeans {
  readonly worker: LoadRunner;
  readonly interrupts: Pick<LoadInterrupts, "stop" | "leave">;
  readonly reporter: Reporter;
  readonly clock: Clock;
  /** The caller for the cleanup, which continues after the load was stopped. */
  readonly callerWith: (signal: AbortSignal) => GuardedCaller;
  /** Milliseconds; 0 = none. */
  readonly timeoutMs: number;
  readonly cleanupTimeoutMs: number;
  readonly cleanupJobTimeoutMs: number;
}

/** Runs the load, then deletes what it left, whether it ended, was stopped or failed. */
export async function runLoadByHand(task: LoadTask, given: LoadCommandMeans): Promise<LoadOutcome> {
  const means = { ...given, clock: steadyClock(given.clock) };
  const { clock } = means;
  const began = momentNow(given.clock);
  const report = (event: RunEvent): void =>
    means.reporter.report({ ...event, at: new Date(clock.now()).toISOString() });
  const startedMs = clock.now();
  const since = clock.elapsed();
  report({ type: "stage.started", stage: "load" });
  const loaded = await load(task, means, report);
  const endedMs = clock.now();
  const ended = momentNow(given.clock);
  // It was refused before anything was created: there are no figures and nothing to clean up.
  if (loaded.failure?.code === "usage") throw loaded.failure;
  if (loaded.failure?.code === "generator")
    throw new RefbenchError("usage", loaded.failure.message, { cause: loaded.failure });
  report({
    type: "stage.finished",
    stage: "load",
    outcome:
      loaded.failure === undefined ? "ok" : loaded.failure.code === "interrupted" ? "interrupted" : "failed",
    durationMs: clock.elapsed() - since,
    ...(loaded.failure === undefined ? {} : { message: loaded.failure.message }),
  });
  const times = { startedMs, endedMs, steps: listSteps([began, ended], endedMs) };
  if (task.keep === true) return { ...times, ...loaded, cleanup: { state: "kept" } };
  const cleanup = await cleanupAfter(task, means, report);
  const later = listSteps([ended, momentNow(given.clock)], clock.now());
  return { ...times, ...loaded, cleanup, steps: [...times.steps, ...later] };
}

function listSteps([from, to]: readonly [Moment, Moment], seenMs: number): NonNullable<LoadOutcome["steps"]> {
  const byMs = stepBetween(from, to);
  return byMs === 0 ? [] : [{ seenMs, byMs }];
}

async function load(
  task: LoadTask,
  { worker, interrupts, timeoutMs, cleanupTimeoutMs }: LoadCommandMeans,
  report: (event: RunEvent) => void,
): Promise<Pick<LoadOutcome, "result" | "failure">> {
  const limits = new PhaseLimits(timeoutMs, cleanupTimeoutMs);
  const signal = AbortSignal.any([interrupts.stop, limits.signal]);
  try {
    const result = await worker.load(task, {
      signal,
      onEvent: (event) => {
        limits.see(event);
        reportEvent(event, report);
      },
    });
    return signal.aborted ? { result, failure: readReason(signal) } : { result };
  } catch (error) {
    if (signal.aborted) return { failure: readReason(signal) };
    return {
      failure:
        error instanceof RefbenchError
          ? error
          : new RefbenchError("worker", messageOf(error), { cause: error }),
    };
  } finally {
    limits.end();
  }
}

/** The time limits of the load and of its deletes, which begin with the first event about them. */
class PhaseLimits {
  readonly #stop = new AbortController();
  readonly #cleanupTimeoutMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isDeleting = false;

  constructor(timeoutMs: number, cleanupTimeoutMs: number) {
    this.#cleanupTimeoutMs = cleanupTimeoutMs;
    this.#arm(timeoutMs, "--timeout");
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  see(event: WorkerEvent): void {
    if (this.#isDeleting || event.type !== "progress" || !event.progress.activity.startsWith("deleting"))
      return;
    this.#isDeleting = true;
    this.end();
    this.#arm(this.#cleanupTimeoutMs, "--cleanup-timeout");
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #arm(milliseconds: number, flag: string): void {
    if (milliseconds === 0) return;
    this.#timer = setTimeout(
      () => this.#stop.abort(new RefbenchError("interrupted", `${flag} of ${milliseconds / 1000} s is over`)),
      milliseconds,
    );
  }
}

function readReason(signal: AbortSignal): RefbenchError {
  const reason: unknown = signal.reason;
  return reason instanceof RefbenchError ? reason : new RefbenchError("interrupted", messageOf(reason));
}

function reportEvent(event: WorkerEvent, report: (event: RunEvent) => void): void {
  if (event.type === "progress") report({ type: "load.progress", progress: event.progress });
  else if (event.type === "note") report({ type: "note", level: "info", message: event.message });
  else if (event.type === "failure") {
    const { class: kind, phase, example } = event.failure;
    report({ type: "note", level: "warning", message: `${kind} in ${phase}: ${example}` });
  }
}

async function cleanupAfter(
  task: LoadTask,
  means: LoadCommandMeans,
  report: (event: RunEvent) => void,
): Promise<LoadOutcome["cleanup"]> {
  const { clock, interrupts } = means;
  const { leave } = interrupts;
  const since = clock.elapsed();
  report({ type: "stage.started", stage: "drain" });
  const finished = (outcome: "ok" | "failed" | "interrupted", message: string): void =>
    report({
      type: "stage.finished",
      stage: "drain",
      outcome,
      durationMs: clock.elapsed() - since,
      message,
    });
  try {
    const result = await cleanUp(
      { runs: [run12(task.prefix)], keepUsers: task.reuseUsers === true },
      {
        caller: means.callerWith(leave),
        clock,
        signal: leave,
        concurrency: task.cleanupConcurrency,
        timeoutMs: means.cleanupTimeoutMs,
        jobTimeoutMs: means.cleanupJobTimeoutMs,
        onProgress: (progress) => report({ type: "drain.progress", ...progress }),
      },
    );
    const { left, unasked } = result;
    if (left.length > 0) finished("failed", `${left.length} left`);
    else if (unasked.length > 0) finished("failed", `what is left is not known: ${unasked.join("; ")}`);
    else finished("ok", "nothing is left");
    return { state: "done", result, endedMs: clock.now() };
  } catch (error) {
    finished("failed", messageOf(error));
    return { state: "failed", reason: messageOf(error), endedMs: clock.now() };
  }
}
