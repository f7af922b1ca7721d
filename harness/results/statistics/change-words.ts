import { countOf, formatCount } from "../../tools/count-text.ts";
import type { Grid } from "../table/grid.ts";
import type { OutputFormat } from "../format/output-spec.ts";
import { formatSheet } from "../table/sheet.ts";
import type { ChangePoint } from "./steps/watch-stretch.ts";
import type { WatchedSeries } from "./changes-of.ts";
import type { TotalFailure } from "./steps/total-failures.ts";
import { isWorse } from "./watched-figures.ts";

/** Formats changes over nights. */
export function formatChanges(series: readonly WatchedSeries[], format: OutputFormat, width: number): string {
  const reruns = [...new Set(series.flatMap(({ rerun }) => rerun ?? []))];
  const parts =
    series.length === 0
      ? [{ sentences: ["No nights to compare."] }]
      : [
          gridOf(series),
          { sentences: unmeasuredSentences(series) },
          {
            sentences: reruns.map(
              (rerun) => `A step is suspected. To confirm it or not, measure again: ${rerun}`,
            ),
          },
        ];
  return formatSheet({ value: series.map(asJson), parts }, format, width);
}

/** A current, confirmed regression or total failure. `results changes` then exits with 10. */
export interface Alarm {
  /** The change of the figure: "+ 11.2 %", "total failure". */
  readonly words: string;
  readonly day: string;
}

/** Returns the alarms of a series, most severe first. */
export function alarmsOf(series: WatchedSeries): readonly Alarm[] {
  const failures = series.totalFailures.filter(({ until }) => until === undefined);
  return [
    ...failures.map(({ day, reason }) => ({ words: `total failure (${reason})`, day })),
    ...series.regressions.map((change) => ({ words: movedWords(series, change), day: change.day })),
  ];
}

/** Describes a total failure: "TOTAL FAILURE since 2026-11-13: 0 of 1,000 (10 nights, 1,000 before)". */
export function failureWords({ day, reason, nights, before, until }: TotalFailure): string {
  const parts = [
    countOf(nights, "night"),
    ...(before === undefined ? [] : [`${formatCount(Number(before.toPrecision(4)))} before`]),
    ...(until === undefined ? [] : [`ended ${until}`]),
  ];
  return `TOTAL FAILURE since ${day}: ${reason} (${parts.join(", ")})`;
}

/** Describes a figure's change: "+ 11.2 %"; for a share of failures "0.2 % → 48.1 % failed". */
export function movedWords({ isShare }: Pick<WatchedSeries, "isShare">, change: ChangePoint): string {
  const { before, after, magnitude } = change;
  return isShare ? `${percent(before)} → ${percent(after)} failed` : signed(magnitude);
}

/** Describes a step: "+ 11.2 % since 2026-11-20 (2.30.4 → 2.31.0), confirmed 2026-11-24, confidence 99.99 %". */
export function changeWords(series: Pick<WatchedSeries, "isShare">, change: ChangePoint): string {
  const { day, versions, status, confirmedOn, suspectedOn, confidence } = change;
  const { before, after } = versions;
  const between = before === after || before === undefined ? "" : ` (${before} → ${after ?? "?"})`;
  const certainty = status === "confirmed" ? `confirmed ${confirmedOn ?? ""}` : `suspected ${suspectedOn}`;
  return `${movedWords(series, change)} since ${day}${between}, ${certainty}, confidence ${floored(confidence)}`;
}

/** Describes a step with its meaning: "REGRESSION + 11.2 % since …". */
export function judgedWords(series: WatchedSeries, change: ChangePoint): string {
  const meaning = series.regressions.includes(change)
    ? "REGRESSION"
    : isWorse(series.figure, change.magnitude)
      ? "worse"
      : "better";
  return `${meaning} ${changeWords(series, change)}`;
}

/** Describes the smallest step that would be detected in a series, or why none would be. */
export function sightWords({ history, detectable, isShare }: WatchedSeries): string {
  if (isShare && history.isEnough) return "compared by counts of failures";
  if (detectable === undefined) {
    return `not enough history: ${formatCount(history.figures)} of ${formatCount(history.needed)} nights of this series`;
  }
  const { variation, step, within } = detectable;
  return `nights vary by ${percent(variation)}, so a step of ${percent(step)} would be detected within ${within} nights`;
}

function gridOf(series: readonly WatchedSeries[]): Grid {
  return {
    header: ["row", "figure", "nights", "change", "detectable"],
    rows: series.map((one) => [
      `${one.architecture}/${one.size}`,
      one.figure.description,
      formatCount(one.nights.length),
      foundWords(one).join("; ") || "none",
      [sightWords(one), ...withoutWords(one), ...one.platforms.map(platformWords)].join("; "),
    ]),
  };
}

/** Describes all total failures and steps of a series, in the order of its nights. */
export function foundWords(series: WatchedSeries): readonly string[] {
  return [
    ...series.totalFailures.map((failure) => ({ day: failure.day, words: failureWords(failure) })),
    ...series.changes.map((change) => ({ day: change.day, words: judgedWords(series, change) })),
  ]
    .toSorted((one, other) => (one.day < other.day ? -1 : 1))
    .map(({ words }) => words);
}

/** Counts nights that measured Coder but lack the figure, with reasons: "2 nights without it (not recorded)". */
export function withoutWords({ without }: WatchedSeries): readonly string[] {
  if (without.length === 0) return [];
  const nights = countOf(without.length, "night");
  const reasons = [...new Set(without.map(({ reason }) => reason))];
  const named = reasons.slice(0, 2).join("; ");
  return [`${nights} without it (${named}${reasons.length > 2 ? "; and others" : ""})`];
}

/** Counts the nights that are in no series, once for each row. */
function unmeasuredSentences(series: readonly WatchedSeries[]): readonly string[] {
  const rows = new Map(series.map((one) => [`${one.architecture}/${one.size}`, one.unmeasured]));
  return [...rows].flatMap(([row, count]) => {
    if (count === 0) return [];
    return [
      count === 1
        ? `${row}: 1 night that measured nothing, or the generator, is in no series.`
        : `${row}: ${formatCount(count)} nights that measured nothing, or the generator, are in no series.`,
    ];
  });
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
    nights: nights.map(({ day, runId, value, lost, coderVersion }) => ({
      day,
      runId,
      value,
      lost,
      coderVersion,
    })),
  };
}

/** Formats a relative change with its sign: "+ 11.2 %". */
export function signed(share: number): string {
  return `${share < 0 ? "-" : "+"} ${percent(Math.abs(share))}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Formats a confidence, never rounded up to 100 %. */
function floored(confidence: number): string {
  return `${Math.min(99.99, Math.floor(confidence * 1e4) / 100).toFixed(2)} %`;
}
