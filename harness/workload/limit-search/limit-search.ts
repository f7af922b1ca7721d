import { buildLadder, type Ladder, nextStep, countWithin, splitByOutcome } from "./ladder.ts";
import { listNotes } from "./notes.ts";
import { tryLoad } from "./step.ts";
import type { LimitKind, LimitOptions, LimitResult, LimitStep } from "./limit.ts";

/** The default number of steps of a search. */
export const MOST_STEPS = 20;

/**
 * Finds the largest load within the objectives. Raises it until an objective breaks or the generator is the
 * limit, bisects down to the resolution, then repeats the limit and the load just above it. If two tries of a
 * load disagree, a third one decides.
 */
export async function findLimit(kind: LimitKind, options: LimitOptions): Promise<LimitResult> {
  const ladder = buildLadder(kind, options);
  const steps = [...(options.known ?? [])];
  const ended = await climb(kind, options, ladder, steps);
  return summarizeSearch(kind, ended, steps);
}

/** The conclusion of these steps about the limit, however the search ended. */
export function summarizeSearch(
  kind: LimitKind,
  ended: LimitResult["ended"],
  steps: readonly LimitStep[],
): LimitResult {
  const { within, beyond } = splitByOutcome(steps);
  return {
    kind,
    ...(within === undefined ? {} : { limit: within.load }),
    isConfirmed: isConfirmed(ended, steps),
    ended,
    reasons: [...new Set(beyond?.steps.flatMap(({ reasons }) => reasons))],
    notes: listNotes(kind, ended, steps),
    steps,
  };
}

/** Tries loads and adds each to the steps, until the search ends. */
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
  const { within, beyond } = splitByOutcome(steps);
  const heldTwice =
    within !== undefined && within.steps.length > 1 && countWithin(within) === within.steps.length;
  if (ended === "not-reached") return heldTwice;
  const brokeTwice = beyond !== undefined && beyond.steps.length > 1 && countWithin(beyond) === 0;
  if (ended === "below-first") return brokeTwice;
  return (ended === "found" || ended === "generator-limited") && heldTwice && brokeTwice;
}
