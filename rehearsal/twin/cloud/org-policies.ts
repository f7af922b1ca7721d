import type { OrgPolicy } from "../faults.ts";
import type { Values } from "../values/value.ts";
import { valueAt } from "../values/walk.ts";
import { CloudError } from "./cloud-error.ts";

/** Path, by kind, of the secure boot setting of the machines that it makes. */
const SECURE_BOOT: Readonly<Record<string, string>> = {
  google_compute_instance: "shielded_instance_config.0.enable_secure_boot",
  google_container_cluster: "node_config.0.shielded_instance_config.0.enable_secure_boot",
  google_container_node_pool: "node_config.0.shielded_instance_config.0.enable_secure_boot",
};

/**
 * Returns the error of a resource that violates a policy of the organisation. A machine is refused. A cluster or
 * pool is made, and is in state ERROR since its nodes are refused.
 */
export function violation(
  policies: readonly OrgPolicy[],
  { type, name, project }: { readonly type: string; readonly name: string; readonly project: string },
  state: Values,
): CloudError | undefined {
  const path = SECURE_BOOT[type];
  if (!policies.includes("compute.requireShieldedVm") || path === undefined) return undefined;
  if (valueAt(state, path) === true) return undefined;
  const isNodes = type !== "google_compute_instance";
  const machine = isNodes ? `gke-${name}-default-pool` : name;
  return new CloudError(
    `Instance '${machine}' creation failed: Constraint constraints/compute.requireShieldedVm violated for project projects/${project}. Secure Boot is not enabled in the 'shielded_instance_config' field.`,
    { created: isNodes },
  );
}
