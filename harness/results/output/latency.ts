import type { Measurements } from "../../model/record/record.ts";
import { PHASES } from "../../model/record/worker-result.ts";
import { formatLatency, NO_FIGURE } from "../format/format.ts";
import { formatCount } from "../../tools/count-text.ts";
import { drawGrid, type Grid } from "../table/grid.ts";
import { type LatencySummary, combineHistograms, PERCENTILES, summarize } from "../judge/histogram.ts";

const HEADER = ["phase", "start", "count", ...PERCENTILES.map((percentile) => `p${percentile}`), "max"];
const FIGURES = new Set(HEADER.map((_, column) => column).filter((column) => column >= 2));

/** The real start gets its own row if a figure differs by at least this share and this time. */
const TELLING_SHARE = 0.05;
const TELLING_US = 1000;

/** Draws the latency of each phase from the intended start, and from the real start if it differs. */
export function latencyTable(measurements: Measurements, width: number): string {
  return drawGrid(latencyGrid(measurements), width);
}

/** Returns the table's cells: one or two rows for each measured phase. */
export function latencyGrid(measurements: Measurements): Grid {
  const merged = combineHistograms(measurements.histograms);
  const rows = PHASES.flatMap((phase) => {
    const [intended, raw] = (["intended", "raw"] as const).map((basis) => {
      const histogram = merged.find((each) => each.phase === phase && each.basis === basis);
      return histogram === undefined ? undefined : summarize(histogram);
    });
    if (intended === undefined) return raw === undefined ? [] : [[phase, "raw", ...figures(raw)]];
    const row = [phase, "intended", ...figures(intended)];
    if (raw === undefined) return [row];
    if (String(figures(raw)) === String(figures(intended))) return [[phase, "both", ...figures(intended)]];
    return differs(intended, raw) ? [row, ["", "raw", ...figures(raw)]] : [row];
  });
  return { header: HEADER, rows, right: FIGURES };
}

function differs(one: LatencySummary, other: LatencySummary): boolean {
  const pairs = [
    ...PERCENTILES.map((percentile) => [one.percentilesUs[percentile], other.percentilesUs[percentile]]),
    [one.maxUs, other.maxUs],
  ];
  return (
    one.count !== other.count ||
    pairs.some(([a = 0, b = 0]) => Math.abs(a - b) > Math.max(TELLING_US, TELLING_SHARE * Math.max(a, b)))
  );
}

function figures({ count, percentilesUs, maxUs, atLeast }: LatencySummary): readonly string[] {
  return [
    formatCount(count),
    ...PERCENTILES.map((percentile) => latency(percentilesUs[percentile], atLeast.has(percentile))),
    latency(maxUs, atLeast.has("max")),
  ];
}

/** Marks the figures of failed attempts as lower bounds: each took at least its timeout. */
function latency(microseconds: number | undefined, isAtLeast: boolean): string {
  if (microseconds === undefined) return NO_FIGURE;
  return `${isAtLeast ? "≥" : ""}${formatLatency(microseconds)}`;
}
