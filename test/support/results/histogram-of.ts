import { decodeFromCompressedBase64, type Histogram } from "hdr-histogram-js";
import type { LoadResult, Phase } from "../../../harness/model/record/worker-result.ts";

/** A phase's latencies, microseconds from the intended start. */
export function histogramOf(result: LoadResult, phase: Phase): Histogram {
  const found = result.histograms.find((one) => one.phase === phase && one.basis === "intended");
  if (found === undefined) throw new Error(`no histogram of ${phase}`);
  return decodeFromCompressedBase64(found.hdr);
}
