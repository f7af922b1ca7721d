import { decodeFromCompressedBase64, encodeIntoCompressedBase64 } from "hdr-histogram-js";
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

/** The highest percentile that a count carries; below zero when it carries none. */
export function lastCarried(count: number): number {
  return 100 - (SAMPLES_ABOVE * 100) / count;
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
  const alike = new Map<string, [PhaseHistogram, ...PhaseHistogram[]]>();
  for (const each of histograms) {
    const key = `${each.phase} ${each.basis}`;
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [each]);
    else known.push(each);
  }
  return [...alike.values()].map(merged);
}

function merged([first, ...others]: readonly [PhaseHistogram, ...PhaseHistogram[]]): PhaseHistogram {
  // Most stored records are merged already, and decoding is what reading many of them would take its time for.
  if (others.length === 0) return first;
  const sum = decodeFromCompressedBase64(first.hdr);
  for (const { hdr } of others) sum.add(decodeFromCompressedBase64(hdr));
  const { phase, basis } = first;
  return { phase, basis, count: sum.totalCount, hdr: encodeIntoCompressedBase64(sum) };
}
