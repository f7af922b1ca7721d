import { countWithin, splitByOutcome } from "./ladder.ts";
import type { LimitResult, LimitStep, LimitKind } from "./limit.ts";

/** Notes for a reader besides the limit's figure. */
export function listNotes(
  kind: LimitKind,
  ended: LimitResult["ended"],
  steps: readonly LimitStep[],
): string[] {
  const { within, beyond } = splitByOutcome(steps);
  const unit = kind === "connections" ? "connections" : "arrivals per second";
  const notes: string[] = [];
  if (ended === "generator-limited" || beyond?.steps.every(isGenerators) === true)
    notes.push(
      `at ${beyond?.load} ${unit} the generator was the limit; Coder's limit is not known: use a larger machine or more parts (--parts)`,
    );
  if (ended === "not-reached")
    notes.push(`${within?.load} ${unit}, the largest load to try, is within all objectives: raise it`);
  for (const load of [within, beyond])
    if (load !== undefined && countWithin(load) % load.steps.length !== 0)
      notes.push(
        `${load.load} ${unit} were within the objectives in ${countWithin(load)} of ${load.steps.length} tries: the limit is not sharp; longer loads may give another`,
      );
  if (ended === "below-first")
    notes.push(
      `the limit is below ${beyond?.load} ${unit}, the first load: start lower, or find out what broke`,
    );
  if (ended === "out-of-steps" || ended === "out-of-time" || ended === "stopped")
    notes.push(
      beyond === undefined
        ? "the search ended before an objective broke"
        : `the search ended early: the limit is at least ${within?.load ?? 0} ${unit} and below ${beyond.load}`,
    );
  return [...notes, ...buildsNotes(kind, steps)];
}

function isGenerators({ outcome }: LimitStep): boolean {
  return outcome === "generator-limited";
}

/** Builds wait for daemons: no arrival rate makes more of them run at once. */
function buildsNotes(kind: LimitKind, steps: readonly LimitStep[]): string[] {
  if (kind !== "arrival-rate") return [];
  const builds = steps.flatMap(({ builds: seen }) => (seen === undefined ? [] : [seen]));
  const capacity = Math.max(0, ...builds.map((each) => each.capacity));
  const peak = Math.max(0, ...builds.map((each) => each.peakRunning));
  if (capacity === 0) return [];
  return [
    peak >= capacity
      ? `at most ${capacity} builds run at once, one per deployed provisioner daemon, and all were busy: ` +
        "further arrivals wait in the queue; deploy more replicas or daemons"
      : `at most ${capacity} builds run at once, one per deployed provisioner daemon; at most ${peak} were busy`,
  ];
}
