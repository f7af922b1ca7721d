import { encodeIntoCompressedBase64 } from "hdr-histogram-js";
import { decodeHistogram } from "../../model/record/decode-histogram.ts";
import { sumHistogramCounts } from "../../model/record/histogram-counts.ts";
import type { PhaseHistogram } from "../../model/record/worker-result.ts";

/** A percentile is reported only if at least this many samples lie above it. */
const SAMPLES_ABOVE = 10;

/** The percentiles in the latency table. */
export const PERCENTILES = [50, 90, 95, 99] as const;
export type Percentile = (typeof PERCENTILES)[number];

/** The figures of a histogram, in microseconds. A percentile with too few samples is absent. */
export interface LatencySummary {
  readonly count: number;
  readonly percentilesUs: Readonly<Partial<Record<Percentile, number>>>;
  /** Absent if nothing was recorded. */
  readonly maxUs?: number;
  /** Figures that are lower bounds because they fall among failed attempts; `max` is one if any attempt failed. */
  readonly atLeast: ReadonlySet<Percentile | "max">;
}

/**
 * Whether there are enough samples for a percentile: count × (1 − p) ≥ 10, which means 20 for p50, 100 for p90, 200
 * for p95 and 1,000 for p99.
 */
export function carries(count: number, percentile: number): boolean {
  return count * (100 - percentile) >= SAMPLES_ABOVE * 100;
}

/** Returns the smallest number of samples that is enough for a percentile. */
export function neededFor(percentile: number): number {
  return Math.ceil((SAMPLES_ABOVE * 100) / (100 - percentile));
}

/**
 * Whether a percentile falls among failed attempts. These are recorded with their timeout, so the figure is a lower
 * bound.
 */
export function isAmongFailed(
  { count, failed = 0 }: Pick<PhaseHistogram, "count" | "failed">,
  percentile: number,
): boolean {
  return failed > 0 && Math.max(1, Math.ceil((percentile / 100) * count)) > count - failed;
}

/** Returns the highest percentile that has enough samples; below zero if none has. */
export function lastCarried(count: number): number {
  return 100 - (SAMPLES_ABOVE * 100) / count;
}

/** A decoded histogram. */
export interface ReadHistogram {
  readonly count: number;
  readonly maxUs: number;
  /** Returns the same value at a percentile as the library. */
  readonly at: (percentile: number) => number;
  /** Returns how many samples are above this many microseconds. */
  readonly above: (microseconds: number) => number;
}

/** Decoded histograms: many rules read the same record. */
const readings = new WeakMap<object, ReadHistogram>();

/**
 * Decodes a stored histogram of microseconds (HdrHistogram V2, compressed, base64). Throws `run_folder` if it cannot
 * be read.
 */
export function readHistogram(stored: Pick<PhaseHistogram, "hdr">): ReadHistogram {
  const before = readings.get(stored);
  if (before !== undefined) return before;
  const reading = decoded(stored);
  readings.set(stored, reading);
  return reading;
}

function decoded({ hdr }: Pick<PhaseHistogram, "hdr">): ReadHistogram {
  const histogram = decodeHistogram(hdr);
  // For each percentile the library scans all of its buckets, tens of thousands. Only a few of them hold samples.
  const values: number[] = [];
  const counts: number[] = [];
  let count = 0;
  for (let index = 0; count < histogram.totalCount && index < histogram.countsArrayLength; index += 1) {
    const here = histogram.getCountAtIndex(index);
    if (here === 0) continue;
    count += here;
    values.push(histogram.valueFromIndex(index));
    counts.push(count);
  }
  const at = (percentile: number): number => {
    const wanted = Math.max(1, Math.ceil((percentile / 100) * count * (1 - Number.EPSILON)));
    const value = values[counts.findIndex((upTo) => upTo >= wanted)] ?? 0;
    return percentile === 0 || count === 0 ? value : histogram.highestEquivalentValue(value);
  };
  const above = (microseconds: number): number => {
    const first = values.findIndex((value) => value > microseconds);
    return first === -1 ? 0 : count - (counts[first - 1] ?? 0);
  };
  return { count, maxUs: histogram.maxValue, at, above };
}

/** The most used figures of a histogram, whether or not there are enough samples for them. */
export interface HistogramFigures {
  readonly count: number;
  readonly maxUs: number;
  readonly percentilesUs: Readonly<Record<Percentile, number>>;
}

/** Figures already read: records never change, and decoding dominates the time of reading many. */
const known = new WeakMap<object, HistogramFigures>();

/** Returns the figures of a stored histogram and remembers them. */
export function figuresOfHistogram(histogram: Pick<PhaseHistogram, "hdr">): HistogramFigures {
  const before = known.get(histogram);
  if (before !== undefined) return before;
  const { count, maxUs, at } = readHistogram(histogram);
  const percentilesUs = { 50: at(50), 90: at(90), 95: at(95), 99: at(99) };
  const figures = { count, maxUs, percentilesUs };
  known.set(histogram, figures);
  return figures;
}

/** Summarizes a stored histogram. Percentiles are absent if some spans ended before they began. */
export function summarize(histogram: Pick<PhaseHistogram, "hdr" | "negative" | "failed">): LatencySummary {
  const { count, maxUs, percentilesUs } = figuresOfHistogram(histogram);
  const isWhole = (histogram.negative ?? 0) === 0;
  const carried = PERCENTILES.filter((percentile) => isWhole && carries(count, percentile));
  const { failed = 0 } = histogram;
  const atLeast = carried.filter((percentile) => isAmongFailed({ count, failed }, percentile));
  return {
    count,
    atLeast: new Set([...atLeast, ...(failed > 0 ? (["max"] as const) : [])]),
    percentilesUs: Object.fromEntries(carried.map((percentile) => [percentile, percentilesUs[percentile]])),
    ...(count > 0 && { maxUs }),
  };
}

/** Merges the parts' histograms into one for each phase and basis. */
export function combineHistograms(histograms: readonly PhaseHistogram[]): readonly PhaseHistogram[] {
  const alike = new Map<string, [PhaseHistogram, ...PhaseHistogram[]]>();
  for (const each of histograms) {
    const key = `${each.phase} ${each.basis}`;
    const others = alike.get(key);
    if (others === undefined) alike.set(key, [each]);
    else others.push(each);
  }
  return [...alike.values()].map(merged);
}

function merged([first, ...others]: readonly [PhaseHistogram, ...PhaseHistogram[]]): PhaseHistogram {
  // Most stored records are merged already, and decoding is slow. The count was checked when the record was read.
  if (others.length === 0) return first;
  const sum = decodeHistogram(first.hdr);
  for (const { hdr } of others) sum.add(decodeHistogram(hdr));
  const { phase, basis } = first;
  const hdr = encodeIntoCompressedBase64(sum);
  return { phase, basis, count: sum.totalCount, ...sumHistogramCounts([first, ...others]), hdr };
}
