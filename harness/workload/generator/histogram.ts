import * as hdr from "hdr-histogram-js";
import type { Histogram } from "hdr-histogram-js";
import { sumHistogramCounts } from "../../model/record/histogram-counts.ts";
import { type Phase, type PhaseHistogram, PHASES } from "../../model/record/worker-result.ts";

const HOUR_US = 3_600_000_000;

/** A histogram of microseconds that merges with all others of refbench: 1 µs to 1 h, three digits. */
export function newHistogram(): Histogram {
  return hdr.build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HOUR_US,
    numberOfSignificantValueDigits: 3,
  });
}

/**
 * Records milliseconds, at least 1 µs and at most an hour, because the library accepts NaN silently and
 * throws below zero. Returns whether the value was longer than an hour.
 */
export function recordMs(histogram: Histogram, milliseconds: number): boolean {
  if (!Number.isFinite(milliseconds)) throw new TypeError(`a latency must be a number, got ${milliseconds}`);
  const microseconds = Math.round(milliseconds * 1000);
  histogram.recordValue(Math.min(HOUR_US, Math.max(1, microseconds)));
  return microseconds > HOUR_US;
}

/** A percentile in milliseconds; 0 if nothing was recorded. */
export function percentileMs(histogram: Histogram, percentile: number): number {
  return histogram.totalCount === 0 ? 0 : Math.round(histogram.getValueAtPercentile(percentile) / 10) / 100;
}

interface PhaseLatencies {
  readonly intended: Histogram;
  readonly raw: Histogram;
  failed: number;
  negative: number;
  readonly beyond: { intended: number; raw: number };
}

/** The latencies of a load by phase: from when a step was due, and from when it really started. */
export class Latencies {
  readonly #histograms = new Map<Phase, PhaseLatencies>();
  readonly #onRecord: (phase: Phase, milliseconds: number) => void;
  #copy: { readonly of: ReadonlySet<Phase>; readonly to: Latencies } | undefined;

  /** `onRecord` receives each latency from its intended start. */
  constructor(onRecord: (phase: Phase, milliseconds: number) => void = () => undefined) {
    this.#onRecord = onRecord;
  }

  /**
   * Records a latency. All instants are milliseconds of one clock. A span that ends before it starts is only
   * counted.
   */
  record(
    phase: Phase,
    at: { readonly dueMs: number; readonly startedMs: number; readonly endMs: number },
  ): void {
    if (this.#copy?.of.has(phase) === true) this.#copy.to.record(phase, at);
    const both = this.#of(phase);
    if (at.endMs < at.dueMs || at.endMs < at.startedMs) {
      both.negative++;
      return;
    }
    enter(both, { intended: at.endMs - at.dueMs, raw: at.endMs - at.startedMs });
    this.#onRecord(phase, at.endMs - at.dueMs);
  }

  /**
   * Records a failed attempt with at least its timeout, so that failures never improve a percentile: an
   * attempt refused at once would otherwise be missing, or count as fast. The generator's health ignores
   * failures.
   */
  recordFailure(
    phase: Phase,
    at: { readonly dueMs: number; readonly startedMs: number; readonly endMs: number },
    timeoutMs: number,
  ): void {
    if (this.#copy?.of.has(phase) === true) this.#copy.to.recordFailure(phase, at, timeoutMs);
    const both = this.#of(phase);
    both.failed++;
    enter(both, {
      intended: Math.max(timeoutMs, at.endMs - at.dueMs),
      raw: Math.max(timeoutMs, at.endMs - at.startedMs),
    });
  }

  /** Records a span of the server's clock, which has no other intended start. */
  recordSpan(phase: Phase, startMs: number, endMs: number): void {
    this.record(phase, { dueMs: startMs, startedMs: startMs, endMs });
  }

  /** Records these phases in others too, until it is called without them. */
  copyTo(to: Latencies | undefined, phases: readonly Phase[]): void {
    this.#copy = to && { of: new Set(phases), to };
  }

  encoded(): PhaseHistogram[] {
    return PHASES.flatMap((phase) => {
      const both = this.#histograms.get(phase);
      if (both === undefined) return [];
      return (["intended", "raw"] as const).map((basis) => ({
        phase,
        basis,
        count: both[basis].totalCount,
        ...sumHistogramCounts([{ ...both, beyond: both.beyond[basis] }]),
        hdr: hdr.encodeIntoCompressedBase64(both[basis]),
      }));
    });
  }

  #of(phase: Phase): PhaseLatencies {
    let both = this.#histograms.get(phase);
    if (both === undefined) {
      both = {
        intended: newHistogram(),
        raw: newHistogram(),
        failed: 0,
        negative: 0,
        beyond: { intended: 0, raw: 0 },
      };
      this.#histograms.set(phase, both);
    }
    return both;
  }
}

function enter(
  both: PhaseLatencies,
  milliseconds: { readonly intended: number; readonly raw: number },
): void {
  for (const basis of ["intended", "raw"] as const)
    if (recordMs(both[basis], milliseconds[basis])) both.beyond[basis]++;
}
