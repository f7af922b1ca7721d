import type { Size } from "../../reference-architectures/architecture.ts";

/** The cluster's version: the catalogue lets no size of a cluster pass without it. */
export function kubernetesVersionOf({ kubernetesVersion }: Size): string {
  if (kubernetesVersion === undefined) throw new Error("a size without kubernetesVersion has no cluster");
  return kubernetesVersion;
}

/** GKE's release channel: the catalogue lets no size of GKE pass without it. */
export function channelOf({ kubernetesChannel }: Size): NonNullable<Size["kubernetesChannel"]> {
  if (kubernetesChannel === undefined)
    throw new Error("a size without kubernetesChannel has no cluster on GKE");
  return kubernetesChannel;
}
