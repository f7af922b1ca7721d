import { CHANGE_RULES } from "./rules.ts";

/**
 * Whether a suspected step is certain: unlikely enough by all figures, and most of those that were measured after the
 * suspicion, two at least, are closer to the new level than to the old one. What raised it cannot confirm it.
 */
export function isConfirmed(
  step: { readonly before: number; readonly after: number; readonly p: number },
  fresh: readonly number[],
): boolean {
  const { confirmedBelow, leastFresh } = CHANGE_RULES;
  if (step.p >= confirmedBelow || fresh.length < leastFresh) return false;
  const agreeing = fresh.filter((value) => Math.abs(value - step.after) < Math.abs(value - step.before));
  return 2 * agreeing.length > fresh.length;
}
