import type { HeldMoment, Judgement } from "./rule.ts";

/**
 * Least share of the moments that a rule is about. Ours: what holds for a twentieth of them moves no percentile that an
 * objective judges (p95).
 */
export const LEAST_SHARE = 0.05;

/**
 * The held moments that count: two in a row at least, because a single sample of a noisy figure says nothing, and
 * together a twentieth of the moments that the rule is about. Empty if too few are left.
 */
export function lastingMoments({
  held,
  among,
  isOfEvents = false,
}: Extract<Judgement, { state: "judged" }>): readonly HeldMoment[] {
  const lasting = isOfEvents ? held : held.filter((each, index) => isBeside(each, held, index));
  return lasting.length > 0 && lasting.length >= LEAST_SHARE * among ? lasting : [];
}

function isBeside({ moment }: HeldMoment, held: readonly HeldMoment[], index: number): boolean {
  const [before, after] = [held[index - 1]?.moment, held[index + 1]?.moment];
  return (
    (before !== undefined && areNeighbours(before, moment)) ||
    (after !== undefined && areNeighbours(moment, after))
  );
}

/** One moment begins where the other ends, within half its length: samples are not exact. */
function areNeighbours(one: HeldMoment["moment"], other: HeldMoment["moment"]): boolean {
  return Math.abs(other.fromMs - one.atMs) <= (other.atMs - other.fromMs) / 2;
}
