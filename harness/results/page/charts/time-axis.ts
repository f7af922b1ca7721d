const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS = [
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  6 * HOUR,
  12 * HOUR,
];

/** Returns the distance between two ticks of a time axis, so that there are at most this many. */
export function stepOf(endMs: number, most = 7): number {
  return STEPS.find((step) => endMs / step <= most) ?? 24 * HOUR;
}

/** Formats a time on an axis: `0`, `45 s`, `5 min`, `1:30 h`. */
export function elapsed(milliseconds: number): string {
  if (milliseconds === 0) return "0";
  const seconds = Math.round(milliseconds / SECOND);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = (value: number): string => `${value}`.padStart(2, "0");
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes}:${rest(seconds % 60)} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)}:${rest(minutes % 60)} h`;
}

/** Returns round moments from 0 to the end, at most seven. */
export function timeTicks(endMs: number): readonly number[] {
  const step = stepOf(endMs, 6);
  return Array.from({ length: Math.floor(endMs / step) + 1 }, (_, index) => index * step);
}
