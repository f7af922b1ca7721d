import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { WorkerRunner, WorkerEvent } from "../../model/ports/worker.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { Clock } from "../../tools/time/clock.ts";

/** What is raised: connections held at once, or workspaces asked for per second. */
export type LimitKind = "connections" | "arrival-rate";

/** One load that was tried. */
export interface LimitStep {
  /** Connections, or arrivals per second. */
  readonly load: number;
  readonly purpose: "raise" | "bisect" | "confirm" | "above" | "settle";
  /** `broken`: an objective was missed. `generator-limited`: what was measured says nothing of Coder. */
  readonly outcome: "within" | "broken" | "generator-limited";
  /** What broke, or why the generator was the limit, one sentence each. */
  readonly reasons: readonly string[];
  /** Builds at once, beside what the deployment's daemons can do; absent when the load ended without a result. */
  readonly builds?: { readonly peakRunning: number; readonly capacity: number };
  readonly tookMs: number;
}

export interface LimitOptions {
  readonly runner: WorkerRunner;
  /** The load, but for what is raised. With `existing` workspaces a step of connections costs its ramp and hold only. */
  readonly task: LoadTask;
  /** The objectives that a result breaks, one sentence each. */
  readonly judge: (result: LoadResult) => readonly string[];
  /** The first load, and the largest that is tried. */
  readonly from: number;
  readonly upTo: number;
  /** How many times the step before each step is, while raising. @default 2 */
  readonly factor?: number;
  /** How near to the knee the answer is, in the unit of the load. @default a tenth of `from`, a whole one for connections */
  readonly resolution?: number;
  /** How long arrivals last at each rate. @default 60 */
  readonly arrivalSeconds?: number;
  /** Of the whole search, known ones included. @default MOST_STEPS */
  readonly maxSteps?: number;
  /** No step begins later than this after the search. @default no limit */
  readonly maxMs?: number;
  readonly clock: Clock;
  /** An abort stops the step under way in order; the steps so far can be the `known` ones of a later search. */
  readonly signal: AbortSignal;
  /** Steps of a search that was stopped: they are not run again. */
  readonly known?: readonly LimitStep[];
  readonly onStep?: (step: LimitStep) => void;
  readonly onEvent?: (event: WorkerEvent) => void;
}

export interface LimitResult {
  readonly kind: LimitKind;
  /** The largest load within all objectives; absent when there was none. */
  readonly limit?: number;
  /** Whether the limit held twice, and the load just above it twice did not. */
  readonly isConfirmed: boolean;
  readonly ended:
    | "found"
    /** The largest load that was to be tried is within all objectives. */
    | "not-reached"
    /** Above the limit the generator, not Coder, would have been measured. */
    | "generator-limited"
    /** The first load was not within the objectives. */
    | "below-first"
    | "out-of-steps"
    | "out-of-time"
    | "stopped";
  /** What broke just above the limit, or why the generator was it. */
  readonly reasons: readonly string[];
  /** What else belongs to the answer, in sentences. */
  readonly notes: readonly string[];
  readonly steps: readonly LimitStep[];
}
