import type { ComparedFigure } from "../../model/comparison.ts";
import type { Measurements } from "../../model/record.ts";
import { findFigure } from "../objectives.ts";
import { comparePairs } from "./paired-comparison.ts";
import { WATCHED_FIGURES } from "./watched-figures.ts";

/** Compares pairs of loads by the figures that are watched over nights; one that no pair has is left out. */
export function compareLoads(
  pairs: readonly { readonly baseline: Measurements; readonly candidate: Measurements }[],
): readonly ComparedFigure[] {
  const figures = WATCHED_FIGURES.map(({ metric, description }) => ({
    metric,
    description,
    pairs: pairs.flatMap((pair) => {
      const [baseline, candidate] = [findFigure(pair.baseline, metric), findFigure(pair.candidate, metric)];
      return baseline === undefined || candidate === undefined ? [] : [{ baseline, candidate }];
    }),
  }));
  return comparePairs(figures.filter(({ pairs: values }) => values.length > 0));
}
