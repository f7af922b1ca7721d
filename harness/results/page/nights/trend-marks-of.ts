import { movedWords } from "../../statistics/change-words.ts";
import type { ChangePoint } from "../../statistics/steps/watch-stretch.ts";
import type { WatchedSeries } from "../../statistics/changes-of.ts";
import { isWorse } from "../../statistics/watched-figures.ts";
import type { TrendMark } from "../charts/trend-marks.ts";
import type { Series } from "./series.ts";

/** Returns the marks in a figure's trend: new series, total failures and steps. */
export function marksOf(series: readonly Series[], found: WatchedSeries | undefined): readonly TrendMark[] {
  return [
    ...series
      .filter(({ began }) => began !== "first")
      .map(({ day, began }) => ({
        kind: "series" as const,
        day,
        label: began === "reset" ? "reset" : "new series",
      })),
    ...(found?.totalFailures ?? []).map(({ day }) => ({
      kind: "step" as const,
      day,
      label: "total failure",
      isWorse: true,
      isConfirmed: true,
    })),
    ...(found === undefined ? [] : found.changes.map((change) => stepMark(found, change))),
  ];
}

function stepMark(found: WatchedSeries, change: ChangePoint): TrendMark {
  const { day, magnitude, status } = change;
  return {
    kind: "step",
    day,
    label: `${movedWords(found, change)}${status === "confirmed" ? "" : "?"}`,
    isWorse: isWorse(found.figure, magnitude),
    isConfirmed: status === "confirmed",
  };
}
