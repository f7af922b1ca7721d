import { encodeIntoCompressedBase64 } from "hdr-histogram-js";
import { decodeHistogram } from "../../model/record/decode-histogram.ts";
import { sumHistogramCounts } from "../../model/record/histogram-counts.ts";
import type { PhaseHistogram } from "../../model/record/worker-result.ts";

/** One histogram per phase and basis, as if one process had recorded every latency. */
export function mergeHistograms(histograms: readonly PhaseHistogram[]): PhaseHistogram[] {
  const groups = new Map<string, PhaseHistogram[]>();
  for (const each of histograms) {
    const key = `${each.phase} ${each.basis}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group;
    if (first === undefined || others.length === 0) return group;
    const sum = decodeHistogram(first.hdr);
    for (const { hdr } of others) sum.add(decodeHistogram(hdr));
    const { phase, basis } = first;
    const hdr = encodeIntoCompressedBase64(sum);
    return [{ phase, basis, count: sum.totalCount, ...sumHistogramCounts(group), hdr }];
  });
}
