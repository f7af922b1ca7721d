import { formatLatency, NO_FIGURE } from "../format/format.ts";
import { formatCount } from "../../tools/count-text.ts";
import type { RunFigure } from "./figures.ts";

/** Formats a figure with its unit; a dash if it was not measured. */
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

/** Formats the second figure as a multiple of the first; empty if one is missing. */
export function factorWords(first: number | undefined, second: number | undefined): string {
  if (first === undefined || second === undefined) return "";
  if (first === second) return "=";
  if (first === 0 || second === 0) return second > first ? "more" : "less";
  return `× ${Number((second / first).toPrecision(3))}`;
}
