import type { OwnCluster } from "../../../../stacks/environment.ts";
import type { ClusterAccess } from "../../../kubernetes/access.ts";
import type { CallKubernetes } from "../../../kubernetes/api.ts";
import type { OwnerMarker } from "../../sweep/owner-marker/owner-marker.ts";
import type { PreflightContext } from "../context.ts";

/** The input of the checks of the user's own cluster. The project is the uid of its namespace kube-system. */
export interface KubernetesContext extends PreflightContext {
  /** Where it is, as the kubeconfig says. */
  readonly cluster: Pick<OwnCluster, "kubeconfig" | "context"> & { readonly server: string };
  /** What the user chose in it. */
  readonly choice: Pick<
    OwnCluster,
    "storageClass" | "nodeSelector" | "chart" | "images" | "databaseUrlSecret"
  >;
  readonly access: ClusterAccess;
  readonly call: CallKubernetes;
  readonly marker: OwnerMarker;
  /** Pods of the Job that generates the load. @default 0: another machine generates it */
  readonly parts?: number;
}

/** `kubectl` for this cluster, to paste before a verb. */
export function kubectlOf({ kubectl = "kubectl" }: Pick<PreflightContext, "kubectl">): string {
  return kubectl;
}
