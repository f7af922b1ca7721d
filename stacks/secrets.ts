import { randomBytes } from "node:crypto";

/**
 * Ephemeral variables of each stack: they reach Terraform by `TF_VAR_<name>` or a variables file, and neither plan
 * nor state keeps them. All default to null, so that a plain `terraform destroy` works without them.
 */
export const EPHEMERAL_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  "gke-cloud": ["db_password"],
  "gke-coder": ["db_password"],
  "eks-cloud": ["db_password"],
  "eks-coder": ["db_password"],
  "gce-docker-cloud": ["db_password"],
  "gce-vm-cloud": ["db_password"],
};

/** A secret that fits into a URL as it is. */
export function newSecret(): string {
  return randomBytes(24).toString("hex");
}
