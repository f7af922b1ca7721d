import type { RemoveReason } from "./decide.ts";

/** How many items a sweep may remove because of their age alone, before a person must confirm. */
export const DEFAULT_MAX_RESOURCES = 200;

/** Whether each reason is only a guess from age. The others were named, expired or ended. */
const GUESSED = {
  named: false,
  ended: false,
  orphaned: false,
  expired: false,
  old: true,
  "unlabelled-old": true,
} as const satisfies Record<RemoveReason, boolean>;

/**
 * Explains why nothing may be removed; undefined if the limit is not exceeded. A given limit counts all removals. The
 * default one counts only removals by age, because one run of 1,200 workspaces may leave thousands of certain ones.
 */
export function tripped(reasons: readonly RemoveReason[], given: number | undefined): string | undefined {
  const counted = given === undefined ? reasons.filter((reason) => GUESSED[reason]) : reasons;
  const limit = given ?? DEFAULT_MAX_RESOURCES;
  if (counted.length <= limit) return undefined;
  const what = given === undefined ? "would be removed only because of their age" : "would be removed";
  return `${counted.length} resources ${what}, but at most ${limit} are allowed: nothing was removed; inspect them with --dry-run, then name a run with --run or allow them with --max-resources ${counted.length}`;
}
