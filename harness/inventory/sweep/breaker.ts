import type { RemoveReason } from "./decide.ts";

/** How much a sweep may remove on the word of age alone before it asks a person. */
export const DEFAULT_MAX_RESOURCES = 200;

/** Removals of which nobody said that they should be: guessed from age. The others were named, expired or ended. */
const GUESSED = {
  named: false,
  ended: false,
  orphaned: false,
  expired: false,
  old: true,
  "unlabelled-old": true,
} as const satisfies Record<RemoveReason, boolean>;

/**
 * Why nothing may be removed, or undefined. A limit that was given holds for everything; the one by default only for
 * what goes by its age, since one run of 1,200 workspaces leaves thousands that are certain.
 */
export function tripped(reasons: readonly RemoveReason[], given: number | undefined): string | undefined {
  const counted = given === undefined ? reasons.filter((reason) => GUESSED[reason]) : reasons;
  const limit = given ?? DEFAULT_MAX_RESOURCES;
  if (counted.length <= limit) return undefined;
  const what = given === undefined ? "to remove for their age alone" : "to remove";
  return `${counted.length} resources ${what}, at most ${limit} allowed: nothing is removed; look at them with --dry-run, then name a run with --run or allow them with --max-resources ${counted.length}`;
}
