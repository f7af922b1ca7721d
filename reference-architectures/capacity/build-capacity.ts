import type { Size } from "../architecture.ts";

/** Returns how many builds a deployment runs at once: one in each built-in daemon, or in each external provisioner. */
export function buildCapacity({
  provisioners,
  externalProvisioners,
  coder,
}: Pick<Size, "provisioners" | "externalProvisioners" | "coder">): number {
  return provisioners === "external" ? externalProvisioners.count : coder.replicas * coder.daemonsPerReplica;
}
