import { NOT_PART } from "../model/objective-words.ts";
import type { Measurements, ObjectiveResult, RunRecord } from "../model/record.ts";
import { carries, figuresOfHistogram, mergeHistograms, PERCENTILES } from "./histogram.ts";

/** What a run must reach to pass, as data: a figure of the measurements, or its share of another. */
export interface Objective {
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
  /** Judged only where this figure is above zero. */
  readonly appliesWhen?: string | undefined;
  readonly reason?: string | undefined;
}

/** Judges each objective. What could not be measured has no value and is not met. */
export function judge(
  objectives: readonly Objective[],
  measurements: Measurements | undefined,
): readonly ObjectiveResult[] {
  const figureOf = figuresOf(measurements);
  return objectives.map((objective) => {
    const { metric, threshold, direction, appliesWhen } = objective;
    const isPart =
      measurements === undefined || appliesWhen === undefined || (figureOf(appliesWhen)?.value ?? 0) > 0;
    if (!isPart) return { ...objective, met: true, note: NOT_PART };
    const { value, note } = measured(metric, figureOf);
    const met = value !== undefined && (direction === "at-least" ? value >= threshold : value <= threshold);
    return { ...objective, met, ...(value !== undefined && { value }), ...(note !== undefined && { note }) };
  });
}

/** The objectives of a stored record, judged again from its measurements: the same answer as when it was written. */
export function judgeAgain({ objectives, measurements }: RunRecord): readonly ObjectiveResult[] {
  return objectives.flatMap((stored) => {
    const { metric, direction } = stored;
    // Records of earlier versions do not say what they measured by.
    if (metric === undefined || direction === undefined) return [stored];
    const { name, description, threshold, unit, severity, appliesWhen, reason } = stored;
    const objective = { name, description, metric, threshold, direction };
    const optional = Object.entries({ unit, severity, appliesWhen, reason });
    const given = Object.fromEntries(optional.filter(([, value]) => value !== undefined));
    return judge([{ ...objective, ...given }], measurements);
  });
}

/** The figure at a path into the measurements; undefined where there is none, or too few samples for it. */
export function findFigure(measurements: Measurements, path: string): number | undefined {
  const figure = figuresOf(measurements)(path);
  return figure?.note === undefined ? figure?.value : undefined;
}

interface Figure {
  readonly value?: number;
  readonly note?: string;
}
type FigureOf = (path: string) => Figure | undefined;

function measured({ path, per }: Objective["metric"], figureOf: FigureOf): Figure {
  const figure = figureOf(path);
  if (figure?.value === undefined || per === undefined) return figure ?? {};
  const whole = figureOf(per)?.value;
  return whole === undefined || whole === 0 ? {} : { value: figure.value / whole };
}

function figuresOf(measurements: Measurements | undefined): FigureOf {
  if (measurements === undefined) return () => undefined;
  return (path) => {
    const [root, phase, figure] = path.split(".");
    return root === "phases"
      ? phaseFigure(measurements, phase ?? "", figure ?? "")
      : figureAt(path, measurements);
  };
}

/** A figure of one phase over all that recorded it. Percentiles are in milliseconds, from the intended start. */
function phaseFigure(measurements: Measurements, phase: string, figure: string): Figure | undefined {
  const [merged] = mergeHistograms(
    measurements.histograms.filter((one) => one.phase === phase && one.basis === "intended"),
  );
  const count = merged?.count ?? 0;
  const failures = measurements.failures
    .filter((failure) => failure.phase === phase)
    .reduce((sum, failure) => sum + failure.count, 0);
  // Failed attempts are in the histogram, except in records of earlier versions and where one has no place in it.
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
  // Spans that ended before they began have no place in the distribution, so that it is not the whole.
  if ((merged.negative ?? 0) > 0) return { note: `${merged.negative} spans ended before they began` };
  const { maxUs, percentilesUs } = figuresOfHistogram(merged);
  if (figure === "max") return { value: milliseconds(maxUs) };
  const percentile = PERCENTILES.find((each) => figure === `p${each}`);
  if (percentile === undefined) return undefined;
  const value = milliseconds(percentilesUs[percentile]);
  return carries(count, percentile) ? { value } : { value, note: `of ${count} samples only` };
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
