import { stepWords } from "../../model/record/clock-step-words.ts";
import { farthestApart } from "../../model/record/clocks.ts";
import type { Measurements, RunRecord } from "../../model/record/record.ts";
import { formatCount } from "../../tools/count-text.ts";
import { combineHistograms } from "../judge/histogram.ts";

/** Reports wall-clock changes on the machine that drove the run, and which durations are not elapsed time. */
export function ownClockLines({ clock }: RunRecord): readonly string[] {
  if (clock === undefined) return [];
  const { spans, steps } = clock;
  return [
    ...steps.map(
      ({ at, byMs }) =>
        `Clock: the wall clock was set ${stepWords(byMs)} (detected ${at.replace("T", " ").slice(0, 19)} UTC). Times follow the clock at the start; durations and cost use elapsed time.`,
    ),
    ...(spans === "elapsed" ? [] : [SPANS[spans]]),
  ];
}

const SPANS = {
  stamps:
    "Clock: durations and cost are differences of wall-clock times, because elapsed time was not recorded.",
  mixed:
    "Clock: durations and cost across a restart or across two machines are differences of wall-clock times; all others are elapsed time.",
} as const;

/** Reports the offsets of Coder's clocks from the generator's; undefined if no clock was compared. */
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
      : `; "${apart.one.clock}" and "${apart.other.clock}" differ by at least ${Math.ceil(apart.ms)} ms, so build-queue and agent-connect are wrong by that much`;
  return `Clock offsets from the generator: ${each.join(", ")}${difference}.`;
}

/** Names phases with spans that ended before they began: their percentiles are not shown. */
export function negativeLines({ histograms }: Measurements): readonly string[] {
  return combineHistograms(histograms.filter(({ basis }) => basis === "intended")).flatMap(
    ({ phase, count, negative = 0 }) =>
      negative === 0
        ? []
        : [
            `${phase}: ${formatCount(negative)} of ${formatCount(count + negative)} spans ended before they began, so its percentiles are not shown.`,
          ],
  );
}
