import type { ComparedLoad, Comparison } from "../../model/record/comparison.ts";
import type { Measurements } from "../../model/record/record.ts";
import { findFigure } from "../judge/objectives.ts";
import { countFailedLoads, judgeLoad } from "./failed-load.ts";
import { comparePairs } from "./paired-comparison.ts";
import { WATCHED_FIGURES } from "./watched-figures.ts";

/** One load of a comparison. */
export interface LoadToCompare {
  readonly version: "b" | "c";
  readonly measured: Measurements;
}

/**
 * Compares loads in pairs by the watched figures. A figure that no load has is omitted. A failed load has no figures,
 * and a pair in which the generator was the limit is excluded.
 */
export function compareLoads(
  loads: readonly LoadToCompare[],
): Pick<Comparison, "loads" | "failedLoads" | "figures"> {
  const judged = loads.map(({ version, measured }): ComparedLoad => ({ version, ...judgeLoad(measured) }));
  const pairs = loads.flatMap((load, index) => {
    const other = loads[index + 1];
    if (index % 2 === 1 || other === undefined) return [];
    const outcomes = [judged[index]?.outcome, judged[index + 1]?.outcome];
    if (outcomes.includes("set-aside")) return [];
    const [first, second] = [load, other].map((one, place) => ({ ...one, outcome: outcomes[place] }));
    return load.version === "b"
      ? [{ baseline: first, candidate: second }]
      : [{ baseline: second, candidate: first }];
  });
  const figures = WATCHED_FIGURES.map(({ metric, description }) => {
    const valueOf = (load: (LoadToCompare & { outcome: ComparedLoad["outcome"] | undefined }) | undefined) =>
      load === undefined || load.outcome === "failed" ? null : (findFigure(load.measured, metric) ?? null);
    return {
      metric,
      description,
      pairs: pairs.map(({ baseline, candidate }) => ({
        baseline: valueOf(baseline),
        candidate: valueOf(candidate),
      })),
    };
  });
  const known = figures.filter(({ pairs: values }) =>
    values.some(({ baseline, candidate }) => baseline !== null || candidate !== null),
  );
  return { loads: judged, failedLoads: countFailedLoads(judged), figures: [...comparePairs(known)] };
}
