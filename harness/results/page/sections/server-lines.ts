import type { Observation, ObservedSeries } from "../../../model/observation/observation.ts";
import { SERIES, type SeriesUnit } from "../../../model/observation/series.ts";
import { countOf } from "../../../tools/count-text.ts";
import type { TimeLine, TimePoint } from "../charts/time-chart.ts";
import type { ServerChart } from "./server-charts.ts";

/** How many things have a line of their own; the others share one. */
const LINES = 3;
/** More points than this are narrower than the line. */
const POINTS = 100;

/** The lines of a chart, before its unit is chosen. */
export interface ServerLines {
  readonly lines: readonly TimeLine[];
  readonly unit: SeriesUnit;
}

/**
 * Returns a chart's lines, the ceiling last; undefined where nothing of it was observed. Of many things, those with
 * the highest values have a line, and one line is the highest of the others.
 */
export function serverLines(
  chart: ServerChart,
  observation: Observation,
  { loadStartedAtMs }: { readonly loadStartedAtMs: number },
): ServerLines | undefined {
  const { series, words, ceiling, per, isOnlyAboveZero = false } = chart;
  const [name] = series;
  const found = series.flatMap((each, index) =>
    observation.series
      .filter((observed) => observed.name === each && isAsked(observed, chart) && hasValue(observed.values))
      .map((observed) => ({ ...observed, word: words?.[index] })),
  );
  const shares = per === undefined ? undefined : found.map((each) => sharesOf(each, observation, per));
  // Where the divisor is not known, the values are shown as they are.
  const isShare = shares?.every((each) => each !== undefined) === true;
  const values = found.map((each, index) => ({
    ...each,
    values: (isShare ? shares[index] : undefined) ?? each.values,
  }));
  const most = Math.max(0, ...values.flatMap((each) => each.values.map((value) => value ?? 0)));
  if (name === undefined || values.length === 0 || (isOnlyAboveZero && most === 0)) return undefined;
  const things = new Set(values.map(({ of }) => of));
  const named = values.map(({ of, word, values: each }) => ({
    name: word === undefined ? shownName(of) : things.size === 1 ? word : `${shownName(of)}: ${word}`,
    values: each,
  }));
  const along = (each: readonly (number | null)[]): readonly TimePoint[] =>
    pointsOf(each, observation, loadStartedAtMs);
  const drawn = bounded(named);
  const top = ceiling === undefined ? undefined : ceilingOf(observation, ceiling.series, chart);
  return {
    unit: isShare ? "share" : SERIES[name].unit,
    lines: [
      ...drawn.map(({ name: word, values: each }, index) => ({
        name: word,
        points: along(each),
        series: index,
        isArea: drawn.length === 1,
      })),
      ...(ceiling === undefined || top === undefined
        ? []
        : [{ name: ceiling.words, points: along(top), series: -1, isDashed: true }]),
    ],
  };
}

/** Removes the role from a thing's name. */
export function shownName(of: string): string {
  return of.replace(/^[a-z]+\/(?=.)/, "");
}

function isAsked({ name, of }: ObservedSeries, { roles }: ServerChart): boolean {
  return (
    roles === undefined || !name.startsWith("container.") || roles.some((role) => of.startsWith(`${role}/`))
  );
}

function hasValue(values: readonly (number | null)[]): boolean {
  return values.some((value) => value !== null);
}

function sharesOf(
  { of, values }: ObservedSeries,
  observation: Observation,
  per: ObservedSeries["name"],
): (number | null)[] | undefined {
  const divisor = observation.series.find((each) => each.name === per && each.of === of);
  if (divisor === undefined || !hasValue(divisor.values)) return undefined;
  const known = divisor.values.find((value) => value !== null) ?? 0;
  return values.map((value, index) => {
    const whole = divisor.values[index] ?? known;
    return value === null || whole === 0 ? null : value / whole;
  });
}

interface Named {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

function bounded(lines: readonly Named[]): readonly Named[] {
  if (lines.length <= LINES + 1) return lines;
  const ranked = lines.toSorted((one, other) => highest(other.values) - highest(one.values));
  const own = new Set(ranked.slice(0, LINES));
  const others = ranked.slice(LINES);
  return [
    ...lines.filter((line) => own.has(line)),
    {
      name: `highest of ${countOf(others.length, "other")}`,
      values: maximum(others.map(({ values }) => values)),
    },
  ];
}

/** The highest ceiling of the things of a chart: mostly all have the same. */
function ceilingOf(
  observation: Observation,
  series: ObservedSeries["name"],
  chart: ServerChart,
): readonly (number | null)[] | undefined {
  const found = observation.series.filter(
    (each) => each.name === series && isAsked(each, chart) && hasValue(each.values),
  );
  return found.length === 0 ? undefined : maximum(found.map(({ values }) => values));
}

function maximum(all: readonly (readonly (number | null)[])[]): readonly (number | null)[] {
  const [first = []] = all;
  return first.map((_, index) => {
    const known = all.flatMap((values) => values[index] ?? []);
    return known.length === 0 ? null : Math.max(...known);
  });
}

function highest(values: readonly (number | null)[]): number {
  return Math.max(0, ...values.map((value) => value ?? 0));
}

/** Merges neighbours into their maximum where there are more samples than a chart can show. */
function pointsOf(
  values: readonly (number | null)[],
  { startedAtMs, everyMs }: Observation,
  loadStartedAtMs: number,
): readonly TimePoint[] {
  const together = Math.max(1, Math.ceil(values.length / POINTS));
  return Array.from({ length: Math.ceil(values.length / together) }, (_, index): TimePoint => {
    const known = values.slice(index * together, (index + 1) * together).flatMap((value) => value ?? []);
    const last = Math.min(values.length, (index + 1) * together) - 1;
    return [
      Math.max(0, startedAtMs - loadStartedAtMs + last * everyMs),
      known.length === 0 ? undefined : Math.max(...known),
    ];
  });
}
