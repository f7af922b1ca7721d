import { decodeFromCompressedBase64, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import type { Histogram } from "hdr-histogram-js";
import type { PhaseHistogram } from "../model/shard-result.ts";

/** How many samples must lie above a percentile before it is a figure and not an anecdote. */
const SAMPLES_ABOVE = 10;

/** The percentiles of the latency table. */
export const PERCENTILES = [50, 90, 95, 99] as const;
export type Percentile = (typeof PERCENTILES)[number];

/** What a histogram can honestly say, in microseconds. A percentile that its count cannot carry is absent. */
export interface LatencySummary {
  readonly count: number;
  readonly percentilesUs: Readonly<Partial<Record<Percentile, number>>>;
  /** Absent when nothing was recorded. */
  readonly maxUs?: number;
}

/**
 * Whether a count can carry a percentile: count × (1 − p) ≥ 10, that is 20 samples for p50, 100 for p90, 200 for
 * p95 and 1,000 for p99.
 */
export function carries(count: number, percentile: number): boolean {
  return count * (100 - percentile) >= SAMPLES_ABOVE * 100;
}

/** Reads one stored histogram (HdrHistogram V2, compressed, base64) of microseconds. */
export function summarize({ hdr }: Pick<PhaseHistogram, "hdr">): LatencySummary {
  const histogram = decodeFromCompressedBase64(hdr);
  const count = histogram.totalCount;
  const carried = PERCENTILES.filter((percentile) => carries(count, percentile));
  return {
    count,
    percentilesUs: Object.fromEntries(
      carried.map((percentile) => [percentile, histogram.getValueAtPercentile(percentile)]),
    ),
    ...(count > 0 && { maxUs: histogram.maxValue }),
  };
}

/** One histogram for each phase and basis: the same as if a single shard had recorded every sample. */
export function mergeHistograms(histograms: readonly PhaseHistogram[]): readonly PhaseHistogram[] {
  const merged = new Map<string, { readonly first: PhaseHistogram; readonly sum: Histogram }>();
  for (const each of histograms) {
    const key = `${each.phase} ${each.basis}`;
    const known = merged.get(key);
    const decoded = decodeFromCompressedBase64(each.hdr);
    if (known === undefined) merged.set(key, { first: each, sum: decoded });
    else known.sum.add(decoded);
  }
  return [...merged.values()].map(({ first: { phase, basis }, sum }) => ({
    phase,
    basis,
    count: sum.totalCount,
    hdr: encodeIntoCompressedBase64(sum),
  }));
}
