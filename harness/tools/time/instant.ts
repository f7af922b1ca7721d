import { z } from "zod";

/** The last moment that a date can hold, milliseconds since the epoch (ECMAScript, "Time Values and Time Range"). */
const LAST_MS = 8.64e15;

/** Milliseconds since the epoch as a file holds them: always a date that can be written. */
export const instantMs = z.number().nonnegative().max(LAST_MS);

/** ISO 8601 of a moment from elsewhere; undefined if a date cannot hold it. */
export function findIsoTime(moment: string | number | Date): string | undefined {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
