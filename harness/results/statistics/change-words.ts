import { formatCount } from "../format.ts";
import type { Grid } from "../grid.ts";
import type { OutputFormat } from "../output-spec.ts";
import { formatSheet } from "../sheet.ts";
import type { ChangePoint } from "./change-points.ts";
import type { WatchedSeries } from "./changes-of.ts";
import { isWorse } from "./watched-figures.ts";

/** The changes over nights in one form. */
export function formatChanges(series: readonly WatchedSeries[], format: OutputFormat, width: number): string {
  const reruns = [...new Set(series.flatMap(({ rerun }) => rerun ?? []))];
  const parts =
    series.length === 0
      ? [{ sentences: ["No nights to compare."] }]
      : [
          gridOf(series),
          {
            sentences: reruns.map((rerun) => `Suspected: measure again, which confirms it or not: ${rerun}`),
          },
        ];
  return formatSheet({ value: series.map(asJson), parts }, format, width);
}

/** A change in words: "+ 11.2 % since 2026-11-20 (2.30.4 → 2.31.0), confirmed 2026-11-24, confidence 99.99 %". */
export function changeWords(change: ChangePoint): string {
  const { magnitude, day, versions, status, confirmedOn, suspectedOn, confidence } = change;
  const { before, after } = versions;
  const between = before === after || before === undefined ? "" : ` (${before} → ${after ?? "?"})`;
  const told = status === "confirmed" ? `confirmed ${confirmedOn ?? ""}` : `suspected ${suspectedOn}`;
  return `${signed(magnitude)} since ${day}${between}, ${told}, confidence ${floored(confidence)}`;
}

/** A change in words, and what it means for its series: "REGRESSION + 11.2 % since …". */
export function judgedWords(series: WatchedSeries, change: ChangePoint): string {
  const meaning = series.regressions.includes(change)
    ? "REGRESSION"
    : isWorse(series.figure, change.magnitude)
      ? "worse"
      : "better";
  return `${meaning} ${changeWords(change)}`;
}

/** What a series could show, or why it shows nothing yet. */
export function sightWords({ history, detectable }: WatchedSeries): string {
  if (detectable === undefined) {
    return `not enough history: ${formatCount(history.figures)} of ${formatCount(history.needed)} nights of this series`;
  }
  const { variation, step, within } = detectable;
  return `nights vary by ${percent(variation)}, so a step of ${percent(step)} would be seen within ${within} nights`;
}

function gridOf(series: readonly WatchedSeries[]): Grid {
  return {
    header: ["row", "figure", "nights", "change", "sight"],
    rows: series.map((one) => [
      `${one.architecture}/${one.size}`,
      one.figure.description,
      formatCount(one.nights.length),
      one.changes.map((change) => judgedWords(one, change)).join("; ") || "none",
      [sightWords(one), ...one.platforms.map(platformWords)].join("; "),
    ]),
  };
}

function platformWords({ day, changes }: WatchedSeries["platforms"][number]): string {
  return `new series on ${day} (${changes.join(", ")})`;
}

function asJson(series: WatchedSeries): unknown {
  const { figure, nights, ...rest } = series;
  return {
    ...rest,
    metric: figure.metric,
    description: figure.description,
    worse: figure.worse,
    nights: nights.map(({ day, runId, value, coderVersion }) => ({ day, runId, value, coderVersion })),
  };
}

/** A relative change with its sign: "+ 11.2 %". */
export function signed(share: number): string {
  return `${share < 0 ? "-" : "+"} ${percent(Math.abs(share))}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Never rounded up to certainty. */
function floored(confidence: number): string {
  return `${(Math.floor(confidence * 1e4) / 100).toFixed(2)} %`;
}
