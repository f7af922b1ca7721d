import type { Size } from "../../reference-architectures/architecture.ts";

/** The cluster's version: the catalogue lets no size of a cluster pass without it. */
export function versionOf({ kubernetesVersion }: Size): string {
  if (kubernetesVersion === undefined) throw new Error("a size without kubernetesVersion has no cluster");
  return kubernetesVersion;
}
