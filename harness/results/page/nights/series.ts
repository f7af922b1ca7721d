import { fingerprintChanges, fingerprintKey, fingerprintOf } from "../../format/fingerprint.ts";
import type { MeasuredNight } from "../../nights/night.ts";
import type { Reset } from "../../statistics/resets.ts";

/** A series of nights whose figures may be compared. */
export interface Series {
  /** Its first night. */
  readonly day: string;
  readonly began: "first" | "platform" | "reset";
  /** The differences from the series before, or why figures are not compared with it; empty for the first. */
  readonly why: readonly string[];
}

/** The series of a size's nights, oldest first, and the index of each night's series. */
export interface SeriesOfNights {
  readonly series: readonly Series[];
  readonly ofNight: readonly number[];
}

/**
 * Splits nights, oldest first, at resets and where the fingerprint changes, like the search for steps. A night that
 * measured nothing has an incomplete fingerprint and never begins a series.
 */
export function seriesOf(nights: readonly MeasuredNight[], resets: readonly Reset[]): SeriesOfNights {
  const series: Series[] = [];
  const ofNight: number[] = [];
  let last: MeasuredNight | undefined;
  for (const night of nights) {
    if (series.length === 0) series.push({ day: night.day, began: "first", why: [] });
    if (night.record.measurements !== undefined) {
      series.push(...beginning(last, night, resets));
      last = night;
    }
    ofNight.push(series.length - 1);
  }
  return { series, ofNight };
}

/** Returns the series that begins with this night, if any. */
function beginning(
  last: MeasuredNight | undefined,
  { day, record }: MeasuredNight,
  resets: readonly Reset[],
): readonly Series[] {
  if (last === undefined) return [];
  const [before, after] = [fingerprintOf(last.record), fingerprintOf(record)];
  if (fingerprintKey(before) !== fingerprintKey(after))
    return [{ day, began: "platform", why: fingerprintChanges(before, after) }];
  const own = resets.filter(({ date }) => last.day < date && date <= day);
  return own.length === 0 ? [] : [{ day, began: "reset", why: own.map(({ reason }) => reason) }];
}
