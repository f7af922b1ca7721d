import type { PhaseHistogram } from "./worker-result.ts";

/** Counts of a histogram besides its samples, summed over several of one phase and basis; without zeros. */
export function sumHistogramCounts(
  histograms: readonly Pick<PhaseHistogram, "failed" | "negative" | "beyond">[],
): Pick<PhaseHistogram, "failed" | "negative" | "beyond"> {
  const sum = (key: "failed" | "negative" | "beyond") => {
    const total = histograms.reduce((count, each) => count + (each[key] ?? 0), 0);
    return total === 0 ? {} : { [key]: total };
  };
  return { ...sum("failed"), ...sum("negative"), ...sum("beyond") };
}
