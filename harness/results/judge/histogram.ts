import { encodeIntoCompressedBase64 } from "hdr-histogram-js";
import { decodeHistogram } from "../../model/record/decode-histogram.ts";
import { sumHistogramCounts } from "../../model/record/histogram-counts.ts";
import type { PhaseHistogram } from "../../model/record/worker-result.ts";

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
  /** Percentiles that fall among failed attempts: the figure is a lower bound, as the largest is where any failed. */
  readonly atLeast: ReadonlySet<Percentile | "max">;
}

/**
 * Whether a count can carry a percentile: count × (1 − p) ≥ 10, that is 20 samples for p50, 100 for p90, 200 for
 * p95 and 1,000 for p99.
 */
export function carries(count: number, percentile: number): boolean {
  return count * (100 - percentile) >= SAMPLES_ABOVE * 100;
}

/** The fewest samples that carry a percentile. */
export function neededFor(percentile: number): number {
  return Math.ceil((SAMPLES_ABOVE * 100) / (100 - percentile));
}

/**
 * Whether a percentile falls among the attempts that failed. They count as at least their timeout, so that the figure
 * there is a lower bound.
 */
export function isAmongFailed(
  { count, failed = 0 }: Pick<PhaseHistogram, "count" | "failed">,
  percentile: number,
): boolean {
  return failed > 0 && Math.max(1, Math.ceil((percentile / 100) * count)) > count - failed;
}

/** The highest percentile that a count carries; below zero when it carries none. */
export function lastCarried(count: number): number {
  return 100 - (SAMPLES_ABOVE * 100) / count;
}

/** A histogram that was decoded. */
export interface ReadHistogram {
  readonly count: number;
  readonly maxUs: number;
  /** The value at a percentile, as the library itself gives it. */
  readonly at: (percentile: number) => number;
  /** How many samples are above so many microseconds. */
  readonly above: (microseconds: number) => number;
}

/** A record is looked at by many rules, and each would decode anew. */
const readings = new WeakMap<object, ReadHistogram>();

/**
 * Decodes a stored histogram (HdrHistogram V2, compressed, base64) of microseconds, to be asked for many percentiles.
 * Throws `run_folder` where it cannot be read.
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
  // The library walks all its buckets, tens of thousands, for each percentile; those that hold anything are few.
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

/** The figures of a histogram that everybody asks for, carried by its count or not. */
export interface HistogramFigures {
  readonly count: number;
  readonly maxUs: number;
  readonly percentilesUs: Readonly<Record<Percentile, number>>;
}

/** Records never change, and decoding is what reading many of them takes its time for. */
const known = new WeakMap<object, HistogramFigures>();

/** Reads the figures of one stored histogram, once. */
export function figuresOfHistogram(histogram: Pick<PhaseHistogram, "hdr">): HistogramFigures {
  const before = known.get(histogram);
  if (before !== undefined) return before;
  const { count, maxUs, at } = readHistogram(histogram);
  const percentilesUs = { 50: at(50), 90: at(90), 95: at(95), 99: at(99) };
  const figures = { count, maxUs, percentilesUs };
  known.set(histogram, figures);
  return figures;
}

/** What one stored histogram can honestly say: no percentile where some of its spans ended before they began. */
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

/** One histogram for each phase and basis: the same as if a single shard had recorded every sample. */
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
  // Most stored records are merged already, and decoding is what reading many of them would take its time for. Its
  // count was checked against its samples when the record was read.
  if (others.length === 0) return first;
  const sum = decodeHistogram(first.hdr);
  for (const { hdr } of others) sum.add(decodeHistogram(hdr));
  const { phase, basis } = first;
  const hdr = encodeIntoCompressedBase64(sum);
  return { phase, basis, count: sum.totalCount, ...sumHistogramCounts([first, ...others]), hdr };
}
