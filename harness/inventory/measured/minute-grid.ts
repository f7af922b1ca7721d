import { nothingObserved, type Observation } from "../../model/observation/observation.ts";
import type { SeriesName } from "../../model/observation/series.ts";
import { fourDigits } from "../../model/observation/four-digits.ts";

const MINUTE_MS = 60_000;

/** One value of a cloud, and the end of the time that it describes, in milliseconds since the epoch. */
export interface MeasuredPoint {
  readonly atMs: number;
  readonly value: number;
}

/** One figure as a cloud has it, or why it has none. */
export type Measured = { readonly series: SeriesName; readonly of: string } & (
  { readonly points: readonly MeasuredPoint[] } | { readonly why: string }
);

/** What a cloud was asked for. */
export interface AskedTime {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * A cloud's values on a grid of minutes, which is the clouds' own resolution. Each value describes the minute before
 * its sample. Values come minutes late, so the last ones of a load may be missing, which is listed.
 */
export function toMinutes(
  { fromMs, toMs }: AskedTime,
  measured: readonly Measured[],
  { cloud, questions }: { readonly cloud: string; readonly questions: number },
): Observation {
  const samples = Math.max(1, Math.ceil((toMs - fromMs) / MINUTE_MS) + 1);
  const series = measured.flatMap((each) => {
    if (!("points" in each) || each.points.length === 0) return [];
    const values = Array.from({ length: samples }, (): number | null => null);
    for (const { atMs, value } of each.points) {
      const index = Math.round((atMs - fromMs) / MINUTE_MS);
      // The end of a minute that began before the load is the load's first sample.
      if (index >= 0 && index < samples) values[index] = fourDigits(value);
    }
    return [{ name: each.series, of: each.of, values }];
  });
  const nothing = nothingObserved(fromMs, unseenOf(measured, series, cloud));
  return { ...nothing, everyMs: MINUTE_MS, samples, series, cost: { ...nothing.cost, questions } };
}

/** One line for each reason: a role without a right lacks all figures. */
function unseenOf(
  measured: readonly Measured[],
  series: Observation["series"],
  cloud: string,
): Observation["unseen"] {
  const reasons = new Map<string, number>();
  const count = (why: string, samples?: number): void => {
    reasons.set(why, Math.max(reasons.get(why) ?? 0, samples ?? 0));
  };
  for (const each of measured) {
    if ("why" in each) count(each.why);
    else if (each.points.length === 0) count("it has no values of the load's time yet");
  }
  const late = Math.max(
    0,
    ...series.map(({ values }) => values.length - 1 - values.findLastIndex((value) => value !== null)),
  );
  // The last sample is the minute that the load's end is in.
  if (late > 1) count("its last minutes came late", late);
  return [...reasons].map(([why, samples]) => ({
    what: `figures of ${cloud}`,
    why,
    ...(samples > 0 ? { samples } : {}),
  }));
}
