import { formatCount, formatLatency, NO_FIGURE } from "../format/format.ts";
import type { RunFigure } from "./figures.ts";

/** A figure with its unit; one that was not measured is a dash. */
export function figureWords(value: number | undefined, unit: RunFigure["unit"]): string {
  if (value === undefined) return NO_FIGURE;
  switch (unit) {
    case "ms":
      return formatLatency(value * 1000);
    case "s":
      return `${value.toFixed(2)} s`;
    case "MiB":
      return `${formatCount(value)} MiB`;
    case "count":
    case "bytes":
      return formatCount(value);
  }
}

/** The second beside the first as a factor, where that says something. */
export function factorWords(first: number | undefined, second: number | undefined): string {
  if (first === undefined || second === undefined) return "";
  if (first === second) return "=";
  if (first === 0 || second === 0) return second > first ? "more" : "less";
  return `× ${Number((second / first).toPrecision(3))}`;
}
