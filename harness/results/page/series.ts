import { fingerprintChanges, fingerprintKey, fingerprintOf } from "../format/fingerprint.ts";
import type { MeasuredNight } from "../nights/night.ts";
import type { Reset } from "../statistics/resets.ts";

/** A series of nights that may be compared with one another. */
export interface Series {
  /** Its first night. */
  readonly day: string;
  readonly began: "first" | "platform" | "reset";
  /** What differs from the series before, or why figures are not compared with it; empty for the first. */
  readonly why: readonly string[];
}

/** The series of a size's nights, oldest first, and of each night the index of the one that it is of. */
export interface SeriesOfNights {
  readonly series: readonly Series[];
  readonly ofNight: readonly number[];
}

/**
 * Cuts nights, oldest first, where what was measured on changes and where they were reset: as the search for steps
 * does. A night that measured nothing knows only part of what it would have been measured on, and begins none.
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

/** The series that begins with a night after this one, if any. */
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
