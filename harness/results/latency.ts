import type { Measurements } from "../model/record.ts";
import { PHASES } from "../model/shard.ts";
import { formatCount, formatLatency } from "./format.ts";
import { drawGrid } from "./grid.ts";
import { mergeHistograms, PERCENTILES, summarize } from "./histogram.ts";

const HEADER = ["phase", "start", "count", ...PERCENTILES.map((percentile) => `p${percentile}`), "max"];
const FIGURES = new Set(HEADER.map((_, column) => column).filter((column) => column >= 2));

/** Latency of each phase, from the intended start and, where it differs, from the real one. */
export function latencyTable(measurements: Measurements, width: number): string {
  const merged = mergeHistograms(measurements.histograms);
  const rows = PHASES.flatMap((phase) => {
    const [intended, raw] = (["intended", "raw"] as const).map((basis) => {
      const histogram = merged.find((each) => each.phase === phase && each.basis === basis);
      return histogram === undefined ? undefined : figures(histogram);
    });
    if (intended !== undefined && String(intended) === String(raw)) return [[phase, "both", ...intended]];
    return [
      ...(intended === undefined ? [] : [[phase, "intended", ...intended]]),
      ...(raw === undefined ? [] : [[intended === undefined ? phase : "", "raw", ...raw]]),
    ];
  });
  return drawGrid({ header: HEADER, rows, right: FIGURES }, width);
}

function figures(histogram: { readonly hdr: string }): readonly string[] {
  const { count, percentilesUs, maxUs } = summarize(histogram);
  return [
    formatCount(count),
    ...PERCENTILES.map((percentile) => latency(percentilesUs[percentile])),
    latency(maxUs),
  ];
}

function latency(microseconds: number | undefined): string {
  return microseconds === undefined ? "-" : formatLatency(microseconds);
}
