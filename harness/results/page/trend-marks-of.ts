import { signed } from "../statistics/change-words.ts";
import type { WatchedSeries } from "../statistics/changes-of.ts";
import { isWorse } from "../statistics/watched-figures.ts";
import type { TrendMark } from "./charts/trend-marks.ts";
import type { Series } from "./series.ts";

/** What is marked in the trend of a figure: where its series begin, and the steps that were found in it. */
export function marksOf(series: readonly Series[], found: WatchedSeries | undefined): readonly TrendMark[] {
  return [
    ...series
      .filter(({ began }) => began !== "first")
      .map(({ day, began }) => ({
        kind: "series" as const,
        day,
        label: began === "reset" ? "reset" : "new series",
      })),
    ...(found?.changes ?? []).map(({ day, magnitude, status }) => ({
      kind: "step" as const,
      day,
      label: `${signed(magnitude)}${status === "confirmed" ? "" : "?"}`,
      isWorse: found !== undefined && isWorse(found.figure, magnitude),
      isConfirmed: status === "confirmed",
    })),
  ];
}
