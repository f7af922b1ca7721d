/** Why a pod of a run does not start. */
export interface PodTrouble {
  /** The same trouble has the same key each time. */
  readonly key: string;
  /** The pod or its controller, and the cluster's own words. */
  readonly words: string;
  readonly kind: "image" | "refused" | "unschedulable";
}

/** The run's pods, while its stacks are applied. */
export interface PodTroubles {
  /** Lists why pods of the run do not start now; empty if it cannot be asked. Only an aborted signal throws. */
  find(signal: AbortSignal): Promise<readonly PodTrouble[]>;
  /** Removes what an interrupted Helm would still wait for, up to a quarter of an hour. */
  stopWaiting(signal: AbortSignal): Promise<void>;
}
