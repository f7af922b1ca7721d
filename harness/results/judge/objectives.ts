import { GENERATOR_EXHAUSTED, NOT_JUDGED, NOT_PART, PART_LOST } from "../../model/record/objective-words.ts";
import type { Measurements, ObjectiveResult, RunRecord } from "../../model/record/record.ts";
import { isSurelyAbove } from "./few-samples.ts";
import {
  carries,
  figuresOfHistogram,
  isAmongFailed,
  combineHistograms,
  neededFor,
  PERCENTILES,
  readHistogram,
} from "./histogram.ts";
import { worstProbeMs } from "./worst-probe.ts";

/** A requirement for a pass: a figure of the measurements, or its share of another figure. */
export interface JudgedObjective {
  readonly name: string;
  readonly description: string;
  readonly metric: {
    /** Path into the measurements, such as `workspaces.succeeded` or `phases.ssh-handshake.p95`. */
    readonly path: string;
    readonly per?: string | undefined;
  };
  readonly threshold: number;
  readonly direction: "at-least" | "at-most";
  readonly unit?: "ms" | "share" | undefined;
  readonly severity?: "fail" | "warn" | undefined;
  /** Path of a figure: the objective is judged only if this figure is above zero. */
  readonly appliesWhen?: string | undefined;
  /** Describes the input that was not read if the figure is missing: the objective is then not judged. Absent = missed. */
  readonly ifUnread?: string | undefined;
  readonly reason?: string | undefined;
}

/**
 * Judges each objective. A figure that could not be measured is not met. A percentile with too few samples is neither
 * met nor missed, unless chance cannot explain how many samples are beyond the threshold. If the generator ran out of
 * files, ports, memory or processes, or lost a part, nothing is judged, because its figures are not Coder's.
 */
export function judge(
  objectives: readonly JudgedObjective[],
  measurements: Measurements | undefined,
): readonly ObjectiveResult[] {
  const figureOf = figuresOf(measurements);
  const isExhausted = measurements?.failures.some((failure) => failure.class === "generator-exhausted");
  const isPartLost = (measurements?.lostParts ?? []).length > 0;
  return objectives.map((objective) => {
    const { metric, threshold, direction, appliesWhen } = objective;
    const isPart =
      measurements === undefined || appliesWhen === undefined || (figureOf(appliesWhen)?.value ?? 0) > 0;
    if (!isPart) return { ...objective, met: true, note: NOT_PART };
    if (isExhausted === true) return { ...objective, ...NOT_JUDGED, note: GENERATOR_EXHAUSTED };
    if (isPartLost) return { ...objective, ...NOT_JUDGED, note: PART_LOST };
    const { value, note, few, isAtLeast = false } = measured(metric, figureOf);
    const detail = { ...(value !== undefined && { value }), ...(note !== undefined && { note }) };
    if (value === undefined && objective.ifUnread !== undefined)
      return { ...objective, ...NOT_JUDGED, note: objective.ifUnread };
    if (few !== undefined && !(direction === "at-most" && few.isSurelyAbove(threshold)))
      return { ...objective, ...NOT_JUDGED, ...detail };
    const isWithin =
      direction === "at-least" ? (value ?? -Infinity) >= threshold : (value ?? Infinity) <= threshold;
    // A lower bound within the threshold proves nothing.
    const met = few === undefined && isWithin && !(isAtLeast && direction === "at-most");
    return { ...objective, met, ...detail };
  });
}

/** Judges the objectives of a stored record again from its measurements, with the same result as when it was written. */
export function judgeAgain({ objectives, measurements }: RunRecord): readonly ObjectiveResult[] {
  return objectives.flatMap((stored) => {
    const { metric, direction } = stored;
    // Records of earlier versions do not contain the metric of an objective.
    if (metric === undefined || direction === undefined) return [stored];
    const { name, description, threshold, unit, severity, appliesWhen, ifUnread, reason } = stored;
    const objective = { name, description, metric, threshold, direction };
    const optional = Object.entries({ unit, severity, appliesWhen, ifUnread, reason });
    const given = Object.fromEntries(optional.filter(([, value]) => value !== undefined));
    return judge([{ ...objective, ...given }], measurements);
  });
}

/** Returns the figure at a path into the measurements; undefined if it is missing or has too few samples. */
export function findFigure(measurements: Measurements, path: string): number | undefined {
  const figure = figuresOf(measurements)(path);
  return figure?.few === undefined ? figure?.value : undefined;
}

interface Figure {
  readonly value?: number;
  readonly note?: string;
  /** The value is a lower bound. */
  readonly isAtLeast?: boolean;
  /** Present if there are too few samples for the value. */
  readonly few?: { readonly isSurelyAbove: (threshold: number) => boolean };
}
type FigureOf = (path: string) => Figure | undefined;

function measured({ path, per }: JudgedObjective["metric"], figureOf: FigureOf): Figure {
  const figure = figureOf(path);
  if (figure?.value === undefined || per === undefined) return figure ?? {};
  const whole = figureOf(per);
  if (whole?.value === undefined || whole.value === 0) return {};
  const value = figure.value / whole.value;
  // A quotient of percentiles is carried by its samples only if both are, and by no bound if one is a bound.
  const weak = [figure, whole].find(({ few, isAtLeast }) => few !== undefined || isAtLeast === true);
  return weak === undefined
    ? { value }
    : { value, ...(weak.note === undefined ? {} : { note: weak.note }), few: { isSurelyAbove: () => false } };
}

function figuresOf(measurements: Measurements | undefined): FigureOf {
  if (measurements === undefined) return () => undefined;
  return (path) => {
    if (path === "windows.probe.worstP50Ms") return worstProbe(measurements);
    const [root, phase, figure] = path.split(".");
    if (root === "phases") return phaseFigure(measurements, phase ?? "", figure ?? "");
    return scheduledFigure(measurements, path) ?? figureAt(path, measurements);
  };
}

/** Returns a figure of a mixed schedule: `mixed.<load>.<period, or * for all>.<phase>.<figure>`. */
function scheduledFigure({ mixed }: Measurements, path: string): Figure | undefined {
  const [root, name, period, phase, figure] = path.split(".");
  if (root !== "mixed" || phase === undefined || figure === undefined) return undefined;
  const load = mixed?.loads.find((one) => one.name === name);
  const cells = (load?.periods ?? []).filter((cell) => period === "*" || cell.period === period);
  if (cells.length === 0) return undefined;
  const figures = {
    histograms: cells.flatMap(({ histograms }) => histograms),
    failures: cells.flatMap(({ failures }) => failures),
  };
  return phaseFigure(figures, phase, figure);
}

/** What a figure of one phase is computed from. */
interface PhaseFigures {
  readonly histograms: Measurements["histograms"];
  readonly failures: readonly Pick<Measurements["failures"][number], "phase" | "count">[];
}

/** Returns a figure of one phase, merged over all parts. Percentiles are in milliseconds, from the intended start. */
function phaseFigure(measurements: PhaseFigures, phase: string, figure: string): Figure | undefined {
  const [merged] = combineHistograms(
    measurements.histograms.filter((one) => one.phase === phase && one.basis === "intended"),
  );
  const count = merged?.count ?? 0;
  const failures = measurements.failures
    .filter((failure) => failure.phase === phase)
    .reduce((sum, failure) => sum + failure.count, 0);
  // Failed attempts are in the histogram, except in records of earlier versions and for phases that cannot include them.
  const attempts = count + Math.max(0, failures - (merged?.failed ?? 0));
  switch (figure) {
    case "count":
      return { value: count };
    case "failures":
      return { value: failures };
    case "attempts":
      return { value: attempts };
    case "errorShare":
      return attempts === 0 ? undefined : { value: Math.max(failures, merged?.failed ?? 0) / attempts };
  }
  if (merged === undefined || count === 0) return undefined;
  // Spans that ended before they began are not in the distribution, so it is incomplete.
  if ((merged.negative ?? 0) > 0) return { note: `${merged.negative} spans ended before they began` };
  const { maxUs, percentilesUs } = figuresOfHistogram(merged);
  if (figure === "max") return { value: milliseconds(maxUs) };
  const percentile = PERCENTILES.find((each) => figure === `p${each}`);
  if (percentile === undefined) return undefined;
  const value = milliseconds(percentilesUs[percentile]);
  const isAtLeast = isAmongFailed(merged, percentile);
  const lowerBound = isAtLeast && { isAtLeast, note: `at least: among the ${merged.failed} that failed` };
  if (carries(count, percentile)) return { value, ...lowerBound };
  const { above } = readHistogram(merged);
  return {
    value,
    note: `too few samples: ${count} of the ${neededFor(percentile)} that p${percentile} needs`,
    few: { isSurelyAbove: (threshold) => isSurelyAbove(count, above(threshold * 1000), percentile) },
  };
}

function worstProbe({ windows }: Measurements): Figure | undefined {
  const value = worstProbeMs(windows ?? []);
  return value === undefined ? undefined : { value };
}

function milliseconds(microseconds: number): number {
  return Math.round(microseconds / 10) / 100;
}

function figureAt(path: string, measurements: Measurements): Figure | undefined {
  const value = path
    .split(".")
    .reduce<unknown>(
      (at, key) =>
        typeof at === "object" && at !== null && Object.hasOwn(at, key)
          ? (at as Record<string, unknown>)[key]
          : undefined,
      measurements,
    );
  return typeof value === "number" && Number.isFinite(value) ? { value } : undefined;
}
