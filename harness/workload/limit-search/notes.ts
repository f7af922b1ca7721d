import { timesWithin, tried } from "./ladder.ts";
import type { LimitResult, LimitStep, LimitKind } from "./limit.ts";

/** What the reader of a limit must know besides its figure. */
export function notesOf(kind: LimitKind, ended: LimitResult["ended"], steps: readonly LimitStep[]): string[] {
  const { within, beyond } = tried(steps);
  const unit = kind === "connections" ? "connections" : "arrivals per second";
  const notes: string[] = [];
  if (ended === "generator-limited" || beyond?.steps.every(isGenerators) === true)
    notes.push(
      `at ${beyond?.load} ${unit} the generator was the limit, not Coder, whose limit is not known: use a larger machine or more shards`,
    );
  if (ended === "not-reached")
    notes.push(`${within?.load} ${unit}, the most that was to be tried, are within all objectives: raise it`);
  for (const load of [within, beyond])
    if (load !== undefined && timesWithin(load) % load.steps.length !== 0)
      notes.push(
        `${load.load} ${unit} were within the objectives in ${timesWithin(load)} of ${load.steps.length} tries: the knee is not sharp, which loads that last longer may change`,
      );
  if (ended === "below-first")
    notes.push(
      `whatever holds lies below ${beyond?.load} ${unit}, the first load: begin lower, or look for what broke`,
    );
  if (ended === "out-of-steps" || ended === "out-of-time" || ended === "stopped")
    notes.push(
      beyond === undefined
        ? "the search ended before an objective broke"
        : `the search ended early: the limit lies at ${within?.load ?? 0} ${unit} or above, below ${beyond.load}`,
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
      ? `builds cannot rise beyond the ${capacity} provisioner daemons deployed, and all of them were busy: ` +
        "beyond that, arrivals wait in the queue; deploy more replicas or daemons"
      : `builds cannot rise beyond the ${capacity} provisioner daemons deployed, of which at most ${peak} were busy`,
  ];
}
