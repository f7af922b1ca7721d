import type { ConstraintRow } from "./constraint.ts";

/** Constraints of the kubernetes provider 2.38.0, read from the schemas of its public source. */
export const KUBERNETES_CONSTRAINTS: Readonly<Record<string, readonly ConstraintRow[]>> = {
  kubernetes_namespace: [
    ["conflictsWith", "metadata.0.generate_name", ["metadata.0.name"]],
    ["conflictsWith", "metadata.0.name", ["metadata.0.generate_name"]],
  ],
  kubernetes_namespace_v1: [
    ["conflictsWith", "metadata.0.generate_name", ["metadata.0.name"]],
    ["conflictsWith", "metadata.0.name", ["metadata.0.generate_name"]],
  ],
  kubernetes_secret: [
    ["conflictsWith", "binary_data_wo", ["binary_data"]],
    ["requiredWith", "binary_data_wo_revision", ["binary_data_wo"]],
    ["conflictsWith", "data_wo", ["data"]],
    ["requiredWith", "data_wo_revision", ["data_wo"]],
  ],
  kubernetes_secret_v1: [
    ["conflictsWith", "binary_data_wo", ["binary_data"]],
    ["requiredWith", "binary_data_wo_revision", ["binary_data_wo"]],
    ["conflictsWith", "data_wo", ["data"]],
    ["requiredWith", "data_wo_revision", ["data_wo"]],
  ],
  kubernetes_storage_class_v1: [
    ["conflictsWith", "metadata.0.generate_name", ["metadata.0.name"]],
    ["conflictsWith", "metadata.0.name", ["metadata.0.generate_name"]],
  ],
};
