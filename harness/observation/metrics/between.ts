import type { Sample } from "../source.ts";
import type { Buckets, Gathered } from "./gather.ts";
import type { MetricRule } from "./metric-rule.ts";

const WANTED = 0.95;

/** A text with the moment of its reading, in seconds of a clock that nobody sets. */
export interface Read {
  readonly atSeconds: number;
  readonly gathered: Gathered;
}

/**
 * The values of all series at the second reading. Rates and percentiles are of the time between the two. Rules of the
 * same series add up, and all of them must have a value.
 */
export function between(
  of: string,
  rules: readonly MetricRule[],
  before: Read | undefined,
  now: Read,
): Sample[] {
  const seconds = before === undefined ? 0 : now.atSeconds - before.atSeconds;
  const earlier = before === undefined || isRestarted(before, now) ? undefined : before.gathered;
  const sums = new Map<Sample["series"], number | undefined>();
  const { pubsub = "postgres" } = now.gathered;
  for (const rule of rules) {
    if (rule.pubsub !== undefined && rule.pubsub !== pubsub) continue;
    const value = valueOf(rule, { earlier, now: now.gathered, seconds, isFirst: before === undefined });
    const sum = sums.has(rule.series) ? sums.get(rule.series) : 0;
    const isKnown = value !== undefined && sum !== undefined;
    sums.set(rule.series, isKnown ? sum + value * (rule.by ?? 1) : undefined);
  }
  const things = new Map(rules.map((rule) => [rule.series, rule.of ?? of]));
  return [...sums].flatMap(([series, value]) =>
    value === undefined ? [] : [{ series, of: things.get(series) ?? of, value }],
  );
}

interface Interval {
  /** Undefined at the first reading, and after a restart: then all counters begin at 0. */
  readonly earlier: Gathered | undefined;
  readonly now: Gathered;
  readonly seconds: number;
  readonly isFirst: boolean;
}

function valueOf(rule: MetricRule, { earlier, now, seconds, isFirst }: Interval): number | undefined {
  if (rule.as === "gauge" || rule.as === "count") return now.numbers.get(rule);
  if (isFirst || seconds <= 0) return undefined;
  if (rule.as === "p95") return percentile(growth(earlier?.buckets.get(rule), now.buckets.get(rule)));
  const value = now.numbers.get(rule);
  if (value === undefined) return undefined;
  return grown(earlier?.numbers.get(rule), value) / seconds;
}

/** A counter that fell was reset: it has grown by all that it shows, as Prometheus' `rate` reckons. */
function grown(before = 0, now: number): number {
  return now < before ? now : now - before;
}

function growth(before: Buckets | undefined, now: Buckets | undefined): Buckets {
  if (now === undefined) return new Map();
  const isReset = [...now].some(([bound, count]) => count < (before?.get(bound) ?? 0));
  return new Map(
    [...now].map(([bound, count]) => [bound, count - (isReset ? 0 : (before?.get(bound) ?? 0))]),
  );
}

/**
 * The percentile by linear interpolation within its bucket, as Prometheus' `histogram_quantile` does it. Above the
 * highest bound nothing is known, so the highest bound is used. Undefined without an event.
 */
function percentile(buckets: Buckets): number | undefined {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const all = sorted.at(-1)?.[1] ?? 0;
  if (all <= 0) return undefined;
  const rank = WANTED * all;
  let [lowBound, lowCount] = [0, 0];
  for (const [bound, count] of sorted) {
    if (count >= rank) {
      if (bound === Infinity) return lowBound;
      const share = count === lowCount ? 1 : (rank - lowCount) / (count - lowCount);
      return lowBound + (bound - lowBound) * Math.min(1, Math.max(0, share));
    }
    [lowBound, lowCount] = [bound, Math.max(lowCount, count)];
  }
  return undefined;
}

function isRestarted(before: Read, now: Read): boolean {
  const [one, other] = [before.gathered.processStart, now.gathered.processStart];
  // The stamp is the same in each text of one process.
  return one !== undefined && other !== undefined && one !== other;
}
