import type { OwnCluster } from "../../../stacks/environment.ts";

/** What the flags of a run say of the user's own cluster. Nothing is asked yet, and no path resolved. */
export interface OwnClusterRequest extends Pick<
  OwnCluster,
  "storageClass" | "nodeSelector" | "chart" | "images" | "databaseUrlSecret"
> {
  readonly kubeconfig?: string;
  readonly context?: string;
}
