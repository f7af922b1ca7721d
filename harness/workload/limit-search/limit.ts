import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { LoadRunner, WorkerEvent } from "../../model/ports/worker.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { Clock } from "../../tools/time/clock.ts";

/** The figure that the search raises: connections held at once, or workspaces requested per second. */
export type LimitKind = "connections" | "arrival-rate";

/** One load that was tried. */
export interface LimitStep {
  /** Connections, or arrivals per second. */
  readonly load: number;
  readonly purpose: "raise" | "bisect" | "confirm" | "above" | "settle";
  /** `broken`: an objective was missed. `generator-limited`: the figures say nothing about Coder. */
  readonly outcome: "within" | "broken" | "generator-limited";
  /** The missed objectives, or why the generator was the limit, one sentence each. */
  readonly reasons: readonly string[];
  /**
   * Builds at once, and the capacity of the deployment's daemons; absent if the load ended without a result.
   */
  readonly builds?: { readonly peakRunning: number; readonly capacity: number };
  readonly tookMs: number;
}

export interface LimitOptions {
  readonly runner: LoadRunner;
  /**
   * The load, except for what is raised. With `existing` workspaces, a step of connections costs only ramp
   * and hold.
   */
  readonly task: LoadTask;
  /** Returns the objectives that a result misses, one sentence each. */
  readonly judge: (result: LoadResult) => readonly string[];
  /** The first and the largest load that are tried. */
  readonly from: number;
  readonly upTo: number;
  /** While raising, the factor between two steps. @default 2 */
  readonly factor?: number;
  /**
   * How close to the limit the answer is, in the unit of the load. @default a tenth of `from`, rounded for
   * connections
   */
  readonly resolution?: number;
  /** How long arrivals last at each rate. @default 60 */
  readonly arrivalSeconds?: number;
  /** For the whole search, including known steps. @default MOST_STEPS */
  readonly maxSteps?: number;
  /** No step starts later than this after the search's start, in milliseconds. @default no limit */
  readonly maxMs?: number;
  readonly clock: Clock;
  /** An abort stops the current step cleanly. The steps so far can be the `known` ones of a later search. */
  readonly signal: AbortSignal;
  /** Steps of an earlier search that was stopped. They are not repeated. */
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
    /** The largest load to try is within all objectives. */
    | "not-reached"
    /** Above the limit, the figures would be the generator's, not Coder's. */
    | "generator-limited"
    /** The first load was not within the objectives. */
    | "below-first"
    | "out-of-steps"
    | "out-of-time"
    | "stopped";
  /** The missed objectives just above the limit, or why the generator was the limit. */
  readonly reasons: readonly string[];
  /** Other notes for a reader, as sentences. */
  readonly notes: readonly string[];
  readonly steps: readonly LimitStep[];
}
