import type { Measurements, RunRecord } from "../../model/record/record.ts";
import { formatCount } from "../../tools/count-text.ts";
import { findFigure } from "../judge/objectives.ts";
import type { WatchedFigure } from "./watched-figures.ts";

/**
 * A watched figure of one night. `lost` is a total failure: less than half of what the load requested succeeded, or
 * nothing, so Coder is the reason that there is no figure. `absent` has another reason.
 */
export type FigureOfNight =
  { readonly value: number } | { readonly lost: string } | { readonly absent: string };

/** Returns a figure of one night, or why there is none. */
export function figureOfNight(
  record: RunRecord & { readonly measurements: Measurements },
  { metric, asked, reached }: WatchedFigure,
): FigureOfNight {
  const { measurements } = record;
  const wanted = asked(record);
  if (wanted === 0) return { absent: "not part of the load" };
  if (measurements.aborted !== undefined) return { lost: `the load stopped itself: ${measurements.aborted}` };
  const value = findFigure(measurements, metric);
  const got = samplesOf(measurements, metric) ?? value ?? 0;
  const words = `${formatCount(got)} of ${formatCount(wanted)}`;
  if (got > 0 && value !== undefined) return { value };
  // If another count shows that most succeeded, the figure was only not recorded, as in earlier versions.
  const isFew = reached(measurements) < wanted / 2;
  if (got === 0) return isFew ? { lost: words } : { absent: "not recorded" };
  return isFew && got < wanted / 2
    ? { lost: words }
    : { absent: `${words} samples, too few or not comparable` };
}

/** Counts the successful attempts of a figure's phase; undefined for a figure without a phase. */
function samplesOf(measurements: Measurements, metric: string): number | undefined {
  const [root, phase = ""] = metric.split(".");
  if (root !== "phases") return undefined;
  const of = (figure: string): number => findFigure(measurements, `phases.${phase}.${figure}`) ?? 0;
  return of("attempts") - of("failures");
}
