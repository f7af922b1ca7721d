/** Why a pod of a run does not start. */
export interface PodTrouble {
  /** The same trouble has the same key each time. */
  readonly key: string;
  /** The pod or its controller, and the cluster's own words. */
  readonly words: string;
  readonly kind: "image" | "refused" | "unschedulable";
}

/** Lists why pods of the run do not start now; empty if it cannot be asked. Only an aborted signal throws. */
export type FindPodTroubles = (signal: AbortSignal) => Promise<readonly PodTrouble[]>;
