import { changePoints } from "../../harness/results/statistics/steps/change-points.ts";
import type { ChangePoint } from "../../harness/results/statistics/steps/watch-stretch.ts";
import type { NightFigure } from "../../harness/results/statistics/steps/night-figure.ts";
import { type Noise, plantedSeries, seeded } from "./planted-series.ts";

const STEP = 0.1;
const WITHIN_NIGHTS = 7;
const FLAT_NIGHTS = 60;
const YEAR_NIGHTS = 365;
/** A year is watched in one of this many series: it costs forty times as much. */
const YEAR_SHARE = 5;
const FLAT_VARIATION = 0.035;
const BASELINE_SHARE = 0.2;

export interface Trials {
  readonly noise: Noise;
  readonly series: number;
  readonly seed: number;
}

/** The result of a rule on series with a step. */
export interface DetectionResult {
  /** Steps found within the nights, as a share of all; found ones as a share of all reported ones. */
  readonly recall: number;
  readonly precision: number;
  /** Nights with the new level until the report, median. */
  readonly delayNights: number;
}

export interface StepResult {
  /** The step is reported, at least as suspected. */
  readonly reported: DetectionResult;
  /** Confirmed by the nights alone, and when each suspected night is measured once more. */
  readonly confirmedByNights: DetectionResult;
  readonly confirmedByReruns: DetectionResult;
  readonly baseline: DetectionResult;
}

/** Steps of 10 %, each at a different night and variation; every series ends a week after its step. */
export function plantedSteps({ noise, series, seed }: Trials): StepResult {
  const reported: Outcome[] = [];
  const confirmedByNights: Outcome[] = [];
  const confirmedByReruns: Outcome[] = [];
  const baseline: Outcome[] = [];
  for (let index = 0; index < series; index++) {
    const random = seeded(seed * 1_000_003 + index * 7919);
    const at = 20 + Math.floor(21 * random());
    const variation = 0.03 + 0.01 * random();
    const step = { at, share: STEP };
    const { first, again } = plantedSeries({ noise, variation, nights: at + WITHIN_NIGHTS, step }, random);
    const nights = watch(first);
    reported.push(outcomeOf(nights, at, () => true));
    confirmedByNights.push(outcomeOf(nights, at, isConfirmed));
    confirmedByReruns.push(outcomeOf(watch(first, again), at, isConfirmed));
    baseline.push(outcomeOf(first.map(aboveTheNightBefore), at, () => true));
  }
  return {
    reported: foundIn(reported),
    confirmedByNights: foundIn(confirmedByNights),
    confirmedByReruns: foundIn(confirmedByReruns),
    baseline: foundIn(baseline),
  };
}

/** Series without a step in which something was reported or raised an alarm at any of their nights. */
export interface Flat {
  readonly series: number;
  readonly suspected: number;
  /** Confirmed, and for the worse: what alone is an alarm. */
  readonly alarms: number;
  readonly alarmsWithReruns: number;
  readonly confirmedForTheBetter: number;
  readonly baseline: number;
  /** Series that were watched for a year, and those with an alarm in it. */
  readonly years: { readonly series: number; readonly alarms: number };
}

export function flatSeries({ noise, series, seed }: Trials): Flat {
  const counts = { suspected: 0, alarms: 0, alarmsWithReruns: 0, confirmedForTheBetter: 0, baseline: 0 };
  for (let index = 0; index < series; index++) {
    const random = seeded(seed * 2_000_003 + index * 104_729);
    const { first, again } = plantedSeries({ noise, variation: FLAT_VARIATION, nights: FLAT_NIGHTS }, random);
    const reported = watch(first).flat();
    const reportedWithReruns = watch(first, again).flat();
    counts.suspected += Number(reported.length > 0);
    counts.alarms += Number(reported.some((one) => isConfirmed(one) && one.magnitude > 0));
    counts.alarmsWithReruns += Number(
      reportedWithReruns.some((one) => isConfirmed(one) && one.magnitude > 0),
    );
    counts.confirmedForTheBetter += Number(reported.some((one) => isConfirmed(one) && one.magnitude < 0));
    counts.baseline += Number(first.some((_, night) => aboveTheNightBefore(0, night, first).length > 0));
  }
  return { series, ...counts, years: flatYears({ noise, series, seed }) };
}

/** A confirmed change is reported permanently, so that a whole year needs to be watched only once. */
function flatYears({ noise, series, seed }: Trials): Flat["years"] {
  const years = Math.ceil(series / YEAR_SHARE);
  const alarms = Array.from({ length: years }, (_, index) => {
    const random = seeded(seed * 3_000_017 + index * 15_485_863);
    const { first } = plantedSeries({ noise, variation: FLAT_VARIATION, nights: YEAR_NIGHTS }, random);
    return changePoints(first.map(figureOf)).changes.some((one) => isConfirmed(one) && one.magnitude > 0);
  });
  return { series: years, alarms: alarms.filter(Boolean).length };
}

/** The smallest step that a series of 30 nights claims to detect, at variations beyond the goal's. */
export function visibleSteps(seed: number): readonly { variation: number; step: number; nights: number }[] {
  return [0.03, 0.04, 0.08, 0.15].map((variation) => {
    const { first } = plantedSeries({ noise: "normal", variation, nights: 30 }, seeded(seed));
    const { detectable } = changePoints(first.map(figureOf));
    return { variation, step: detectable?.step ?? Infinity, nights: detectable?.within ?? 0 };
  });
}

type Told = Pick<ChangePoint, "magnitude" | "status">;

/** The reports after each night; with `again`, a suspected night is measured once more immediately. */
function watch(first: readonly number[], again?: readonly number[]): readonly (readonly Told[])[] {
  const figures: NightFigure[] = [];
  return first.map((value, night) => {
    figures.push(figureOf(value, night));
    const { changes } = changePoints(figures);
    const second = again?.[night];
    if (second === undefined || changes.every(isConfirmed)) return changes;
    figures.push(figureOf(second, night));
    return changePoints(figures).changes;
  });
}

function isConfirmed({ status }: Told): boolean {
  return status === "confirmed";
}

function figureOf(value: number, night: number): NightFigure {
  const day = new Date(Date.UTC(2026, 0, 1 + night)).toISOString().slice(0, "2026-01-01".length);
  return { day, runId: `night-${night}`, value, fingerprint: "planted" };
}

/** The rule to beat. */
function aboveTheNightBefore(_: number, night: number, all: readonly number[]): readonly Told[] {
  const [before, value] = [all[night - 1], all[night]];
  const isAbove = before !== undefined && value !== undefined && value > before * (1 + BASELINE_SHARE);
  return isAbove ? [{ magnitude: BASELINE_SHARE, status: "confirmed" }] : [];
}

/** Nights from the step until its report; whether anything was reported before it. */
interface Outcome {
  readonly delay?: number;
  readonly reportedTooEarly: boolean;
}

function outcomeOf(
  nights: readonly (readonly Told[])[],
  at: number,
  counts: (one: Told) => boolean,
): Outcome {
  const reported = nights.map((night) => night.filter(counts));
  const reportedTooEarly = reported.slice(0, at).some((night) => night.length > 0);
  const found = reported.findIndex((night, index) => index >= at && (night.at(-1)?.magnitude ?? 0) > 0);
  return { reportedTooEarly, ...(found === -1 ? {} : { delay: found - at + 1 }) };
}

function foundIn(outcomes: readonly Outcome[]): DetectionResult {
  const delays = outcomes.flatMap(({ delay }) => (delay === undefined ? [] : [delay])).sort((a, b) => a - b);
  const wrong = outcomes.filter(({ reportedTooEarly }) => reportedTooEarly).length;
  const reported = delays.length + wrong;
  return {
    recall: delays.length / outcomes.length,
    precision: reported === 0 ? 0 : delays.length / reported,
    delayNights: delays[Math.floor(delays.length / 2)] ?? 0,
  };
}
