/** One node of a cluster. */
export interface ClusterNode {
  readonly name: string;
  /** Another one of the same name has another id. */
  readonly uid: string;
  /** Such as `Intel Ice Lake`, where the cloud says so. */
  readonly cpuPlatform?: string;
}

/** Whether a cluster's control plane works at this moment. */
export type ControlPlaneLook =
  | { readonly state: "ready" }
  /** It is being made, resized or repaired, or it does not answer: wait. */
  | { readonly state: "away"; readonly reason: string }
  /** Nobody may ask it. */
  | { readonly state: "unknown"; readonly reason: string };

/** The nodes of a cluster, in no order, or why nobody can list them. */
export type NodesAnswer =
  | { readonly state: "seen"; readonly nodes: readonly ClusterNode[] }
  | { readonly state: "unknown"; readonly reason: string };

/** Which cluster a run made, in the words of its stacks' outputs. */
export interface ClusterPlace {
  readonly project: string;
  readonly region: string;
  readonly zone: string;
  readonly cluster: string;
}

/** The cluster that a run made, asked beside Terraform. Only an aborted signal throws. */
export interface Cluster {
  look(signal: AbortSignal): Promise<ControlPlaneLook>;
  nodes(signal: AbortSignal): Promise<NodesAnswer>;
  /**
   * Deletes Helm's records of the run's releases that are not deployed, and returns the releases' names: an install that
   * lost its connection leaves a record that refuses the next install of the same name.
   */
  forgetUnfinishedReleases(signal: AbortSignal): Promise<readonly string[]>;
}
