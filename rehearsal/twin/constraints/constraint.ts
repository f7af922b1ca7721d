/**
 * A provider's rule for a combination of attributes, in the words of its SDK. Paths are dotted, blocks by index, as the
 * provider's own source names them.
 *
 * - `requiredWith`: where `at` is set, each of `paths` must be too.
 * - `conflictsWith`: where `at` is set, none of `paths` may be.
 * - `exactlyOneOf`, `atLeastOneOf`: how many of `at` and `paths` must be set, where the block that `at` is in is written.
 */
export interface Constraint {
  readonly rule: "requiredWith" | "conflictsWith" | "exactlyOneOf" | "atLeastOneOf";
  readonly at: string;
  readonly paths: readonly string[];
}

/** A constraint as the tables have it: rule, `at`, `paths`. */
export type ConstraintRow = readonly [rule: Constraint["rule"], at: string, paths: readonly string[]];
