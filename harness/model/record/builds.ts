import { median } from "../../tools/median.ts";
import type { BuildJob, LoadResult } from "./worker-result.ts";

type Builds = LoadResult["builds"];

/** Figures that follow from the jobs of a load, so that anybody can compute them again from its record. */
export type BuildFigures = Pick<
  Builds,
  "peakRunning" | "timeWeightedRunning" | "perMinute" | "whileFull" | "buildMs"
>;

/**
 * The figures of builds by the server's clock. `whileFull` is of the time in which more builds were asked for than
 * there are daemons; it is absent where that lasted shorter than a build, as then no daemon had to take a second one.
 */
export function buildFigures(jobs: readonly BuildJob[], capacity: number): BuildFigures {
  if (jobs.length === 0) return { peakRunning: 0, timeWeightedRunning: 0 };
  const steps = stepsOf(jobs);
  const firstMs = Math.min(...steps.map(({ fromMs }) => fromMs));
  const lastMs = Math.max(...steps.map(({ toMs }) => toMs));
  const built = jobs.filter(([, , , end]) => end === "built");
  const busyMs = sum(steps, ({ wanted, ms }) => (wanted > 0 ? ms : 0));
  const full = capacity === 0 ? [] : steps.filter(({ wanted }) => wanted > capacity);
  return {
    peakRunning: Math.max(0, ...steps.map(({ running }) => running)),
    timeWeightedRunning: rounded(runningOver(steps, lastMs - firstMs)),
    perMinute: perMinute(built.length, busyMs),
    ...whileFull(full, built),
    ...buildTimes(built, full, capacity),
  };
}

/** The most builds that were queued, and that ran, in a stretch of time; instants in the jobs' own milliseconds. */
export function mostBuilds(
  jobs: readonly BuildJob[],
): (fromMs: number, toMs: number) => { readonly queued: number; readonly running: number } {
  const steps = stepsOf(jobs).filter(({ ms }) => ms > 0);
  return (fromMs, toMs) => {
    const within = steps.filter((step) => step.fromMs < toMs && step.toMs > fromMs);
    return {
      queued: Math.max(0, ...within.map(({ wanted, running }) => wanted - running)),
      running: Math.max(0, ...within.map(({ running }) => running)),
    };
  };
}

/** A stretch of time in which no build was queued, started or completed. */
interface Step {
  readonly fromMs: number;
  readonly toMs: number;
  readonly ms: number;
  readonly running: number;
  /** Queued or running. */
  readonly wanted: number;
}

/** At one instant an end comes before a start: a daemon that goes from one build to the next runs one. */
function stepsOf(jobs: readonly BuildJob[]): readonly Step[] {
  const changes = jobs
    .flatMap(([queued, started, completed]) => [
      { atMs: queued, running: 0, wanted: 1 },
      { atMs: started, running: 1, wanted: 0 },
      { atMs: completed, running: -1, wanted: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.running - b.running);
  const steps: Step[] = [];
  let [running, wanted] = [0, 0];
  for (const [index, change] of changes.entries()) {
    running += change.running;
    wanted += change.wanted;
    const toMs = changes[index + 1]?.atMs ?? change.atMs;
    // A build that took no millisecond ran all the same.
    steps.push({ fromMs: change.atMs, toMs, ms: toMs - change.atMs, running, wanted });
  }
  return steps;
}

function whileFull(full: readonly Step[], built: readonly BuildJob[]): Pick<BuildFigures, "whileFull"> {
  const ms = sum(full, (step) => step.ms);
  if (ms === 0 || ms < median(built.map(durationOf))) return {};
  const stretches = stretchesOf(full);
  const ends = built.filter(([, , completed]) => isWithin(stretches, completed)).length;
  return {
    whileFull: {
      ms,
      peakRunning: Math.max(...full.map(({ running }) => running)),
      running: rounded(runningOver(full, ms)),
      perMinute: perMinute(ends, ms),
    },
  };
}

/** Build times of the first build of each daemon, and of those that began later while the daemons were full. */
function buildTimes(
  built: readonly BuildJob[],
  full: readonly Step[],
  capacity: number,
): Pick<BuildFigures, "buildMs"> {
  if (built.length === 0 || capacity === 0) return {};
  const byStart = built.toSorted((a, b) => a[1] - b[1] || a[2] - b[2] || a[0] - b[0]);
  const timesOf = (of: readonly BuildJob[]) => ({ count: of.length, p50Ms: median(of.map(durationOf)) });
  const stretches = stretchesOf(full);
  const later = byStart.slice(capacity).filter(([, started]) => isWithin(stretches, started));
  return {
    buildMs: {
      first: timesOf(byStart.slice(0, capacity)),
      ...(later.length === 0 ? {} : { full: timesOf(later) }),
    },
  };
}

/** Steps that follow one another as one stretch: there are few of them, and each build is looked up in them. */
function stretchesOf(steps: readonly Step[]): readonly { readonly fromMs: number; readonly toMs: number }[] {
  const stretches: { readonly fromMs: number; toMs: number }[] = [];
  for (const { fromMs, toMs } of steps) {
    const last = stretches.at(-1);
    if (last !== undefined && last.toMs === fromMs) last.toMs = toMs;
    else stretches.push({ fromMs, toMs });
  }
  return stretches;
}

function isWithin(stretches: ReturnType<typeof stretchesOf>, atMs: number): boolean {
  return stretches.some(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs);
}

function durationOf([, started, completed]: BuildJob): number {
  return completed - started;
}

function runningOver(steps: readonly Step[], ms: number): number {
  return ms === 0 ? 0 : sum(steps, ({ running, ms: length }) => running * length) / ms;
}

function perMinute(count: number, ms: number): number {
  return ms === 0 ? 0 : rounded((count * 60_000) / ms);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
