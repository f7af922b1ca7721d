import type { Observation } from "../observation/observation.ts";
import type { ObservedPlace } from "../observation/observe-task.ts";

/** An observation that runs. */
export interface Observing {
  /** Ends the observation and returns it. Called again, it returns the same. Never throws. */
  stop(): Promise<Observation>;
}

/** How a deployment is observed while it is loaded. */
export interface Observer {
  /**
   * Starts to observe what only this process reaches, such as a cluster's API. Called when the load begins. Throws only
   * where nothing can be observed, with the reason.
   */
  start?(signal: AbortSignal): Promise<Observing>;
  /** What the load's own workers reach: metrics, the database, processes. With a reason for each that is missing. */
  places?(signal: AbortSignal): Promise<{
    readonly places: readonly ObservedPlace[];
    readonly unseen: Observation["unseen"];
  }>;
  /** What the cloud measured itself, asked after the load. Milliseconds since the epoch. */
  afterwards?(fromMs: number, toMs: number, signal: AbortSignal): Promise<Observation>;
}
