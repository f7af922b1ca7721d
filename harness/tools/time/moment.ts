import type { Clock } from "./clock.ts";
import type { BootTime } from "./boot-time.ts";

/** A moment by the wall clock, milliseconds since the epoch, and by the time since the machine started. */
export interface Moment {
  readonly atMs: number;
  /** Absent in what earlier versions wrote. */
  readonly sinceBoot?: BootTime | undefined;
}

/** The two clocks of a moment are read within this time of each other, or read again. */
const TOGETHER_MS = 50;
const TRIES = 5;

/** This moment by both clocks. */
export function momentNow(
  clock: Pick<Clock, "now" | "sinceBoot">,
): Moment & { readonly sinceBoot: BootTime } {
  for (let tries = 1; ; tries += 1) {
    const before = clock.sinceBoot();
    const atMs = clock.now();
    const sinceBoot = clock.sinceBoot();
    // A process that was stopped between the two readings would otherwise see a clock that was set.
    if (sinceBoot.ms - before.ms <= TOGETHER_MS || tries === TRIES) return { atMs, sinceBoot };
  }
}

/** The moment so many milliseconds later. */
export function later({ atMs, sinceBoot }: Moment, ms: number): Moment {
  return {
    atMs: atMs + ms,
    ...(sinceBoot === undefined ? {} : { sinceBoot: { ...sinceBoot, ms: sinceBoot.ms + ms } }),
  };
}

/**
 * Milliseconds between two moments, at least 0: elapsed time where both are of the same boot, otherwise the difference
 * of the stamps, which is false by as much as a clock was set in between.
 */
export function msBetween(
  from: Moment,
  to: Moment,
): { readonly ms: number; readonly by: "elapsed" | "stamps" } {
  const [a, b] = [from.sinceBoot, to.sinceBoot];
  return a !== undefined && a.boot === b?.boot
    ? { ms: Math.max(0, b.ms - a.ms), by: "elapsed" }
    : { ms: Math.max(0, to.atMs - from.atMs), by: "stamps" };
}

/** Whether a moment is before another one: by elapsed time where both are of the same boot, otherwise by the stamps. */
export function isBefore(one: Moment, other: Moment): boolean {
  const [a, b] = [one.sinceBoot, other.sinceBoot];
  return a !== undefined && a.boot === b?.boot ? a.ms < b.ms : one.atMs < other.atMs;
}

/**
 * Whether a moment has come by the wall clock or by elapsed time, whichever is first. A clock that was set back cannot
 * make it late. One that was set forward makes it early: what the cloud's own end and other machines go by is the
 * stamp.
 */
export function hasCome(end: Moment, now: Moment): boolean {
  if (now.atMs >= end.atMs) return true;
  const [a, b] = [end.sinceBoot, now.sinceBoot];
  return a !== undefined && a.boot === b?.boot && b.ms >= a.ms;
}

/** The clock with stamps that are as far apart as time elapsed since now, and never in a wrong order. */
export function steadyClock(clock: Clock): Clock {
  const from = momentNow(clock);
  return {
    now: () => Math.round(from.atMs + msBetween(from, momentNow(clock)).ms),
    elapsed: () => clock.elapsed(),
    sinceBoot: () => clock.sinceBoot(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
}
