/** Returns the UTC day of an instant: `2026-11-22`. */
export function dayOf(instant: string | number): string {
  return new Date(instant).toISOString().slice(0, "2026-11-22".length);
}

/** Returns the day that many days after another; a negative count goes back. */
export function daysAfter(day: string, days: number): string {
  return dayOf(Date.parse(day) + days * DAY_MS);
}

/** Returns the number of days from the earlier day to the later one. */
export function daysBetween(earlier: string, later: string): number {
  return Math.round((Date.parse(later) - Date.parse(earlier)) / DAY_MS);
}

const DAY_MS = 24 * 60 * 60 * 1000;
