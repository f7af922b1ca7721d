import type { LoadTask } from "../../model/ports/worker-task.ts";

type Steps = NonNullable<LoadTask["arrival"]>;

interface Stretch {
  readonly startMs: number;
  /** Number of arrivals due before it. */
  readonly before: number;
  readonly fromPerMs: number;
  readonly toPerMs: number;
  readonly lengthMs: number;
}

/**
 * When each arrival of an open schedule is due, in milliseconds from its start: the instant at which the
 * integral of the rate reaches the arrival's index. After the last step its rate continues.
 */
export function arrivalSchedule(steps: Steps): (index: number) => number {
  const stretches = buildStretches(steps);
  return (index) => {
    const stretch = stretches.findLast(({ before }) => before <= index) ?? stretches[0];
    if (stretch === undefined) return 0;
    const { startMs, before, fromPerMs, toPerMs, lengthMs } = stretch;
    const wanted = index - before;
    const slope = (toPerMs - fromPerMs) / lengthMs;
    if (slope === 0 || lengthMs === Infinity) return startMs + wanted / toPerMs;
    // The arrivals until t are from·t + slope·t²/2: take the smaller solution that is not before the start.
    const root = Math.sqrt(Math.max(0, fromPerMs ** 2 + 2 * slope * wanted));
    return startMs + (root - fromPerMs) / slope;
  };
}

function buildStretches(steps: Steps): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let startMs = 0;
  let before = 0;
  let lastPerMs = 0;
  for (const { perSecond, seconds, ramp } of steps) {
    const toPerMs = perSecond / 1000;
    const fromPerMs = ramp === true ? lastPerMs : toPerMs;
    const lengthMs = seconds * 1000;
    stretches.push({ startMs, before, fromPerMs, toPerMs, lengthMs });
    startMs += lengthMs;
    before += ((fromPerMs + toPerMs) / 2) * lengthMs;
    lastPerMs = toPerMs;
  }
  stretches.push({ startMs, before, fromPerMs: lastPerMs, toPerMs: lastPerMs, lengthMs: Infinity });
  return stretches;
}
