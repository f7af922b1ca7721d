import type { SeriesUnit } from "../../model/observation/series.ts";
import { formatCount } from "../../tools/count-text.ts";

const STEPS = ["", "Ki", "Mi", "Gi", "Ti"] as const;

/** By what values are divided to be read, and the unit after them. */
export interface ShownUnit {
  readonly divisor: number;
  readonly suffix: string;
}

/** Chooses one unit for values up to `most`: bytes in a power of 1,024, milliseconds or seconds, shares in percent. */
export function shownUnit(unit: SeriesUnit, most: number): ShownUnit {
  switch (unit) {
    case "bytes":
    case "bytes/s": {
      const step = Math.min(STEPS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, most)) / 10)));
      return { divisor: 1024 ** step, suffix: ` ${STEPS[step] ?? ""}B${unit === "bytes" ? "" : "/s"}` };
    }
    case "ms":
      return most < 1000 ? { divisor: 1, suffix: " ms" } : { divisor: 1000, suffix: " s" };
    case "share":
      return { divisor: 0.01, suffix: " %" };
    case "cores":
      return { divisor: 1, suffix: "" };
    case "per-second":
      return { divisor: 1, suffix: "/s" };
    case "count":
      return { divisor: 1, suffix: "" };
  }
}

/** Formats a value of a series with its unit: `3.2 cores`, `1.5 GiB`, `12 ms`, `99 %`. */
export function seriesWords(value: number, unit: SeriesUnit): string {
  const { divisor, suffix } = shownUnit(unit, Math.abs(value));
  return `${threeDigits(value / divisor)}${unit === "cores" ? ` ${Math.abs(value) === 1 ? "core" : "cores"}` : suffix}`;
}

/** Formats a number with at most three digits after which nothing is read anyway. */
export function threeDigits(value: number): string {
  return formatCount(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}
