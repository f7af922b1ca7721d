import type { ConstraintRow } from "./constraint.ts";

/** Of the aws provider, as its documentation of write-only arguments says; the others are not read yet. */
export const AWS_CONSTRAINTS: Readonly<Record<string, readonly ConstraintRow[]>> = {
  aws_db_instance: [
    ["conflictsWith", "password_wo", ["password"]],
    ["requiredWith", "password_wo_version", ["password_wo"]],
  ],
};
