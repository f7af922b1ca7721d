import { LONGEST_TIMER_MS } from "./time/deadline.ts";
import { RefbenchError } from "./error.ts";

const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PARTS = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/** The longest age or expiry that a flag accepts, in milliseconds: ten years. Nothing waits for it: it is compared with stamps. */
export const LONGEST_AGE_MS = 3_650 * UNITS_MS.d;

/**
 * Returns a parser for durations such as `90s`, `1h30m` or `500ms`, in milliseconds.
 *
 * @param flag named in the error (code `usage`) for any other text
 * @param limits `orZero` accepts a duration of 0, such as `0` or `0s`; `mostMs` is the longest duration accepted, by
 *   default the longest time that a timer can wait
 */
export function duration(
  flag: string,
  { orZero = false, mostMs = LONGEST_TIMER_MS } = {},
): (text: string) => number {
  return (text) => {
    const ms = parseDuration(text);
    if (ms === undefined || (ms === 0 && !orZero) || ms > mostMs)
      throw new RefbenchError(
        "usage",
        `${flag} must be a duration such as 90s, 1h30m or 500ms, ${orZero ? "" : "more than 0 and "}at most ${Math.floor(mostMs / UNITS_MS.d)}d; got "${text}"`,
      );
    return ms;
  };
}

/** Parses a duration without limits, in whole milliseconds; `undefined` for any other text. */
function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  const parts = [...text.matchAll(PARTS)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) return undefined;
  return Math.round(
    parts.reduce(
      (sum, [, digits, unit]) => sum + Number(digits) * UNITS_MS[unit as keyof typeof UNITS_MS],
      0,
    ),
  );
}

/** Returns a parser for rates such as `5`, `5/s` or `300/m`, in events per second. Any other text is a `usage` error. */
export function rate(flag: string): (text: string) => number {
  return (text) => {
    const [, digits, unit = "s"] = /^(\d+(?:\.\d+)?)(?:\/([smh]))?$/.exec(text) ?? [];
    const perSecond = (Number(digits) * 1000) / UNITS_MS[unit as "s" | "m" | "h"];
    if (digits === undefined || perSecond === 0)
      throw new RefbenchError("usage", `${flag} must be a rate such as 5/s or 300/m; got "${text}"`);
    return perSecond;
  };
}

/** Returns a parser for numbers above 0; `orZero` accepts 0 too. Any other text is a `usage` error. */
export function positive(flag: string, { orZero = false } = {}): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? NaN : Number(text);
    if (!(value > 0 || (orZero && value === 0)) || !Number.isFinite(value))
      throw new RefbenchError(
        "usage",
        `${flag} must be a number ${orZero ? "of 0 or more" : "above 0"}; got "${text}"`,
      );
    return value;
  };
}

/** Returns a parser for whole numbers of at least `min` and at most `max`. Any other text is a `usage` error. */
export function count(flag: string, min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? NaN : Number(text);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new RefbenchError(
        "usage",
        `${flag} must be a whole number ${max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`}; got "${text}"`,
      );
    return value;
  };
}

/** Returns a parser for shares from 0 to 1. Any other text is a `usage` error. */
export function share(flag: string): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? NaN : Number(text);
    if (!(value >= 0 && value <= 1))
      throw new RefbenchError("usage", `${flag} must be a share from 0 to 1; got "${text}"`);
    return value;
  };
}
