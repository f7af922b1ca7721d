import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import type { LoadResult, Phase } from "../../harness/model/record/worker-result.ts";

/** Median and p99 of phases in milliseconds, from when each step was due. */
export function phaseLatencies(
  result: LoadResult,
  phases: readonly Phase[],
): Readonly<Record<string, { readonly p50: number; readonly p99: number }>> {
  return Object.fromEntries(
    phases.flatMap((phase) => {
      const found = result.histograms.find((one) => one.phase === phase && one.basis === "intended");
      if (found === undefined) return [];
      const histogram = decodeFromCompressedBase64(found.hdr);
      const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / 1000;
      return [[phase, { p50: at(50), p99: at(99) }]];
    }),
  );
}
