import type { Constraint } from "./constraint.ts";

const needs = (at: string, ...paths: string[]): Constraint => ({ rule: "requiredWith", at, paths });
const conflicts = (at: string, ...paths: string[]): Constraint => ({ rule: "conflictsWith", at, paths });

/** What the providers' schemas demand of attributes together, by Terraform type. */
export const CONSTRAINTS: Readonly<Record<string, readonly Constraint[]>> = {
  google_sql_user: [conflicts("password_wo", "password"), needs("password_wo_version", "password_wo")],
  aws_db_instance: [conflicts("password_wo", "password"), needs("password_wo_version", "password_wo")],
  kubernetes_secret_v1: [conflicts("data_wo", "data"), needs("data_wo_revision", "data_wo")],
};
