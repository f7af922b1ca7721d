import { stepWords } from "../../model/record/clock-step-words.ts";
import { farthestApart } from "../../model/record/clocks.ts";
import type { Measurements, RunRecord } from "../../model/record/record.ts";
import { formatCount } from "./format.ts";
import { combineHistograms } from "../judge/histogram.ts";

/** What happened to the clock of the machine that ran it, and what durations are made of where they are not elapsed time. */
export function ownClockLines({ clock }: RunRecord): readonly string[] {
  if (clock === undefined) return [];
  const { spans, steps } = clock;
  return [
    ...steps.map(
      ({ at, byMs }) =>
        `Clock: the wall clock was set ${stepWords(byMs)}, seen ${at.replace("T", " ").slice(0, 19)} UTC; times are by the clock at the start, durations and cost by elapsed time.`,
    ),
    ...(spans === "elapsed" ? [] : [SPANS[spans]]),
  ];
}

const SPANS = {
  stamps:
    "Clock: durations and cost are differences of wall-clock stamps, since no elapsed time was recorded.",
  mixed:
    "Clock: durations and cost across a restart, or across two machines, are differences of wall-clock stamps; all others are elapsed time.",
} as const;

/** How far Coder's clocks are from the generator's and from one another; undefined where nothing was stamped. */
export function clocksLine({ clocks = [] }: Measurements): string | undefined {
  if (clocks.length === 0) return undefined;
  const each = clocks.map(
    ({ clock, offsetMs, uncertaintyMs }) =>
      `${clock} ${offsetMs < 0 ? "" : "+"}${Math.round(offsetMs)} ms (± ${Math.ceil(uncertaintyMs)} ms)`,
  );
  const apart = farthestApart(clocks);
  const difference =
    apart === undefined
      ? ""
      : `; "${apart.one.clock}" and "${apart.other.clock}" differ by at least ${Math.ceil(apart.ms)} ms, and so do build-queue and agent-connect from the truth`;
  return `Clocks, against the generator's: ${each.join(", ")}${difference}.`;
}

/** Phases with spans that ended before they began, of which no percentile is told. */
export function negativeLines({ histograms }: Measurements): readonly string[] {
  return combineHistograms(histograms.filter(({ basis }) => basis === "intended")).flatMap(
    ({ phase, count, negative = 0 }) =>
      negative === 0
        ? []
        : [
            `${phase}: ${formatCount(negative)} of ${formatCount(count + negative)} spans ended before they began, so no percentile of it is shown.`,
          ],
  );
}
