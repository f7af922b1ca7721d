import { AWS_CONSTRAINTS } from "./aws.ts";
import type { Constraint } from "./constraint.ts";
import { GOOGLE_CONSTRAINTS } from "./google.ts";
import { KUBERNETES_CONSTRAINTS } from "./kubernetes.ts";

/** The providers' rules for combinations of attributes, by Terraform type. */
export const CONSTRAINTS: Readonly<Record<string, readonly Constraint[]>> = Object.fromEntries(
  Object.entries({ ...GOOGLE_CONSTRAINTS, ...AWS_CONSTRAINTS, ...KUBERNETES_CONSTRAINTS }).map(
    ([type, rows]) => [type, rows.map(([rule, at, paths]) => ({ rule, at, paths }))],
  ),
);
