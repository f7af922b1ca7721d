import type { PhaseHistogram } from "./worker-result.ts";

/** What a histogram tells beside its samples, added up over several of one phase and basis; zeros are left out. */
export function sumHistogramCounts(
  histograms: readonly Pick<PhaseHistogram, "failed" | "negative" | "beyond">[],
): Pick<PhaseHistogram, "failed" | "negative" | "beyond"> {
  const sum = (key: "failed" | "negative" | "beyond") => {
    const total = histograms.reduce((count, each) => count + (each[key] ?? 0), 0);
    return total === 0 ? {} : { [key]: total };
  };
  return { ...sum("failed"), ...sum("negative"), ...sum("beyond") };
}
