import type { OthersOnNode, UsedNode } from "../record/shared-cluster.ts";

/** What a cluster that others use too reports at one moment. */
export type ClusterSight =
  | {
      readonly state: "read";
      readonly nodes: readonly UsedNode[];
      readonly others: readonly OthersOnNode[];
      /** Why no use was seen. */
      readonly useUnseen?: string;
    }
  | { readonly state: "failed"; readonly reason: string };

/** Looks at the nodes of the run's cluster, and at what others run on them. Only an aborted signal throws. */
export type LookAtOthers = (signal: AbortSignal) => Promise<ClusterSight>;
