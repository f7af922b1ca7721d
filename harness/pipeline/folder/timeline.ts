import type { Clock } from "../../tools/time/clock.ts";
import { type Moment, momentNow, msBetween } from "../../tools/time/moment.ts";
import type { BootTime } from "../../tools/time/boot-time.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { momentOf, type StoredEntry } from "./journal.ts";
import type { Plan } from "./plan.ts";

/** A change of the wall clock of a machine. */
export interface ClockStep {
  /** When it was noticed, in milliseconds of run time. */
  readonly runMs: number;
  /** Milliseconds forward; negative = back. */
  readonly byMs: number;
}

/** A journal entry with its place in the run's time. */
export type TimedEntry = StoredEntry & { readonly runMs: number };

/** The time of a run: milliseconds since it was made, whatever happened to the wall clock. */
export interface Timeline {
  readonly entries: readonly TimedEntry[];
  /** Milliseconds of run time until now, or until another moment. */
  readonly nowMs: number;
  readonly steps: readonly ClockStep[];
  /** Whether spans are elapsed time; `mixed` if the run crossed a boot or moved to another machine. */
  readonly spans: "elapsed" | "stamps" | "mixed";
  /** Converts run time to an instant, by the clock as it was when the run was made. */
  readonly instant: (runMs: number) => string;
}

/** How far the wall clock may differ from elapsed time without counting as set. */
const STEP_MS = 1_000;

/** When a run was made. */
export function madeAt({
  createdAt,
  createdSinceBoot,
}: Pick<Plan, "createdAt" | "createdSinceBoot">): Moment {
  return momentOf({ at: createdAt, sinceBoot: createdSinceBoot });
}

/**
 * Places the entries of a journal in the run's time. Entries of one boot are as far apart as the machine's
 * elapsed time says. Across a boot or a move to another machine, and in journals of earlier versions, only
 * stamps exist: the difference to the entry before, at least 0.
 */
export function buildTimeline(
  plan: Pick<Plan, "createdAt" | "createdSinceBoot">,
  entries: readonly StoredEntry[],
  now: Moment,
): Timeline {
  const made = madeAt(plan);
  const marks = new Map<string, { readonly moment: Moment; readonly runMs: number }>();
  const by = new Set<"elapsed" | "stamps">();
  let last = { moment: made, runMs: 0 };
  const place = (moment: Moment): number => {
    const from = marks.get(moment.sinceBoot?.boot ?? "") ?? last;
    const span = msBetween(from.moment, moment);
    by.add(span.by);
    last = { moment, runMs: from.runMs + span.ms };
    // The first moment of each boot is the reference for the others of that boot.
    if (moment.sinceBoot !== undefined && !marks.has(moment.sinceBoot.boot))
      marks.set(moment.sinceBoot.boot, last);
    return last.runMs;
  };
  place(made);
  by.clear();
  const timed = entries.map((entry): TimedEntry => ({ ...entry, runMs: place(momentOf(entry)) }));
  const nowMs = place(now);
  return {
    entries: timed,
    nowMs,
    spans: by.size > 1 ? "mixed" : by.has("stamps") ? "stamps" : "elapsed",
    steps: stepsIn([
      { ...made, runMs: 0 },
      ...timed.map((entry) => ({ ...momentOf(entry), runMs: entry.runMs })),
      { ...now, runMs: nowMs },
    ]),
    instant: (runMs) => new Date(made.atMs + runMs).toISOString(),
  };
}

/** The timeline of a run until now. */
export function timelineNow(
  plan: Pick<Plan, "createdAt" | "createdSinceBoot">,
  entries: readonly StoredEntry[],
  clock: Clock,
): Timeline {
  return buildTimeline(plan, entries, momentNow(clock));
}

/** The moments at which the stamps of one boot moved against its elapsed time. */
function stepsIn(moments: readonly (Moment & { readonly runMs: number })[]): readonly ClockStep[] {
  const steps: ClockStep[] = [];
  const offsets = new Map<string, number>();
  for (const { atMs, sinceBoot, runMs } of moments.toSorted((a, b) => a.runMs - b.runMs)) {
    if (sinceBoot === undefined) continue;
    const offset = offsetOf(atMs, sinceBoot);
    const known = offsets.get(sinceBoot.boot) ?? offset;
    const byMs = offset - known;
    if (Math.abs(byMs) > STEP_MS) steps.push({ runMs, byMs: Math.round(byMs) });
    // Smaller differences are noise of the readings and must not add up.
    if (Math.abs(byMs) > STEP_MS || !offsets.has(sinceBoot.boot)) offsets.set(sinceBoot.boot, offset);
  }
  return steps;
}

function offsetOf(atMs: number, sinceBoot: BootTime): number {
  return atMs - sinceBoot.ms;
}

/**
 * By how much the wall clock was set between two moments of one boot, in milliseconds; 0 if it was not set.
 */
export function stepBetween(from: Moment, to: Moment): number {
  const [a, b] = [from.sinceBoot, to.sinceBoot];
  if (a === undefined || a.boot !== b?.boot) return 0;
  const byMs = offsetOf(to.atMs, b) - offsetOf(from.atMs, a);
  return Math.abs(byMs) > STEP_MS ? Math.round(byMs) : 0;
}

/** The part of a record about the clock. */
export function recordedClock({ spans, steps, instant }: Timeline): NonNullable<RunRecord["clock"]> {
  return { spans, steps: steps.map(({ runMs, byMs }) => ({ at: instant(runMs), byMs })) };
}
