import { checkedLadder, type Ladder, nextStep, timesWithin, tried } from "./ladder.ts";
import { notesOf } from "./notes.ts";
import { tryLoad } from "./step.ts";
import type { LimitKind, LimitOptions, LimitResult, LimitStep } from "./limit.ts";

/** The steps of a search that was given no number. */
export const MOST_STEPS = 20;

/**
 * Finds the largest load within the objectives: raises it step by step until one breaks or the generator is the
 * limit, bisects down to the resolution, then tries the limit and the load just above it once more. Where two tries of
 * a load disagree, a third one decides.
 */
export async function findLimit(kind: LimitKind, options: LimitOptions): Promise<LimitResult> {
  const ladder = checkedLadder(kind, options);
  const steps = [...(options.known ?? [])];
  const ended = await climb(kind, options, ladder, steps);
  return summarized(kind, ended, steps);
}

/** What these steps say of the limit, whatever ended them. */
export function summarized(
  kind: LimitKind,
  ended: LimitResult["ended"],
  steps: readonly LimitStep[],
): LimitResult {
  const { within, beyond } = tried(steps);
  return {
    kind,
    ...(within === undefined ? {} : { limit: within.load }),
    isConfirmed: isConfirmed(ended, steps),
    ended,
    reasons: [...new Set(beyond?.steps.flatMap(({ reasons }) => reasons))],
    notes: notesOf(kind, ended, steps),
    steps,
  };
}

/** Tries loads, and adds each to the steps, until there is nothing more to try or no means to. */
async function climb(
  kind: LimitKind,
  options: LimitOptions,
  ladder: Ladder,
  steps: LimitStep[],
): Promise<LimitResult["ended"]> {
  const { clock, signal, maxMs = Infinity, maxSteps = MOST_STEPS } = options;
  const startMs = clock.elapsed();
  for (;;) {
    const next = nextStep(steps, ladder, maxSteps - steps.length);
    if ("ended" in next) return next.ended;
    if (signal.aborted) return "stopped";
    if (steps.length >= maxSteps) return "out-of-steps";
    if (clock.elapsed() - startMs >= maxMs) return "out-of-time";
    const step = await tryLoad(kind, options, { ...next, index: steps.length });
    if (step === undefined) return "stopped";
    steps.push(step);
    options.onStep?.(step);
  }
}

function isConfirmed(ended: LimitResult["ended"], steps: readonly LimitStep[]): boolean {
  const { within, beyond } = tried(steps);
  const heldTwice =
    within !== undefined && within.steps.length > 1 && timesWithin(within) === within.steps.length;
  if (ended === "not-reached") return heldTwice;
  const brokeTwice = beyond !== undefined && beyond.steps.length > 1 && timesWithin(beyond) === 0;
  if (ended === "below-first") return brokeTwice;
  return (ended === "found" || ended === "generator-limited") && heldTwice && brokeTwice;
}
