import { CHANGE_RULES } from "./rules.ts";

/**
 * Whether a suspected step is certain. It must be unlikely enough over all figures, and of the figures measured after
 * the suspicion, at least two, most must be closer to the new level. The figures that raised it cannot confirm it.
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
