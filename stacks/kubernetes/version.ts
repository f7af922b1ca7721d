import type { Size } from "../../reference-architectures/architecture.ts";

/** Returns the cluster's version. The catalogue refuses sizes of a cluster without it. */
export function kubernetesVersionOf({ kubernetesVersion }: Size): string {
  if (kubernetesVersion === undefined) throw new Error("a size without kubernetesVersion has no cluster");
  return kubernetesVersion;
}

/** Returns GKE's release channel. The catalogue refuses sizes of GKE without it. */
export function channelOf({ kubernetesChannel }: Size): NonNullable<Size["kubernetesChannel"]> {
  if (kubernetesChannel === undefined)
    throw new Error("a size without kubernetesChannel has no cluster on GKE");
  return kubernetesChannel;
}
