import { formatLatency, NO_FIGURE } from "../format/format.ts";
import { summarize } from "../judge/histogram.ts";

/** `p50 / p95` of a histogram, each with `≥` where it is a bound, or no figure where its samples do not carry it. */
export function percentilesOf(histogram: Parameters<typeof summarize>[0]): {
  readonly p50: string;
  readonly p95: string;
} {
  const { percentilesUs, atLeast } = summarize(histogram);
  const figure = (percentile: 50 | 95): string => {
    const us = percentilesUs[percentile];
    return us === undefined ? NO_FIGURE : `${atLeast.has(percentile) ? "≥" : ""}${formatLatency(us)}`;
  };
  return { p50: figure(50), p95: figure(95) };
}
