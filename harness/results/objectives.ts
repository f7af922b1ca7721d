import type { Measurements, ObjectiveResult } from "../model/record.ts";

/** What a run must reach to pass, as data: a figure of the measurements, or its share of another. */
export interface Objective {
  readonly name: string;
  readonly description: string;
  readonly metric: {
    /** Path into the measurements, such as `workspaces.succeeded`. */
    readonly path: string;
    readonly per?: string | undefined;
  };
  readonly threshold: number;
  readonly direction: "at-least" | "at-most";
}

/** Judges each objective. What could not be measured has no value and is not met. */
export function judge(
  objectives: readonly Objective[],
  measurements: Measurements | undefined,
): readonly ObjectiveResult[] {
  return objectives.map(({ name, description, metric, threshold, direction }) => {
    const value = measured(metric, measurements);
    const met = value !== undefined && (direction === "at-least" ? value >= threshold : value <= threshold);
    return { name, description, threshold, met, ...(value !== undefined && { value }) };
  });
}

function measured(
  { path, per }: Objective["metric"],
  measurements: Measurements | undefined,
): number | undefined {
  const value = figureAt(path, measurements);
  if (value === undefined || per === undefined) return value;
  const whole = figureAt(per, measurements);
  return whole === undefined || whole === 0 ? undefined : value / whole;
}

function figureAt(path: string, measurements: Measurements | undefined): number | undefined {
  const value = path
    .split(".")
    .reduce<unknown>(
      (at, key) =>
        typeof at === "object" && at !== null && Object.hasOwn(at, key)
          ? (at as Record<string, unknown>)[key]
          : undefined,
      measurements,
    );
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
