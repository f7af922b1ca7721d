import { formatCount } from "../format/format.ts";
import type { Grid } from "../table/grid.ts";
import type { OutputFormat } from "../format/output-spec.ts";
import { formatSheet } from "../table/sheet.ts";
import type { ChangePoint } from "./steps/watch-stretch.ts";
import type { WatchedSeries } from "./changes-of.ts";
import type { TotalFailure } from "./steps/total-failures.ts";
import { isWorse } from "./watched-figures.ts";

/** The changes over nights in one form. */
export function formatChanges(series: readonly WatchedSeries[], format: OutputFormat, width: number): string {
  const reruns = [...new Set(series.flatMap(({ rerun }) => rerun ?? []))];
  const parts =
    series.length === 0
      ? [{ sentences: ["No nights to compare."] }]
      : [
          gridOf(series),
          { sentences: unmeasuredSentences(series) },
          {
            sentences: reruns.map((rerun) => `Suspected: measure again, which confirms it or not: ${rerun}`),
          },
        ];
  return formatSheet({ value: series.map(asJson), parts }, format, width);
}

/** A confirmed change for the worse that stands, or a total failure that does: what `results changes` ends with 10 for. */
export interface Alarm {
  /** What happened to the figure: "+ 11.2 %", "total failure". */
  readonly words: string;
  readonly day: string;
}

/** The alarms of a series, the gravest first. */
export function alarmsOf(series: WatchedSeries): readonly Alarm[] {
  const failures = series.totalFailures.filter(({ until }) => until === undefined);
  return [
    ...failures.map(({ day, reason }) => ({ words: `total failure (${reason})`, day })),
    ...series.regressions.map((change) => ({ words: movedWords(series, change), day: change.day })),
  ];
}

/** A total failure in words: "TOTAL FAILURE since 2026-11-13: 0 of 1,000 (10 nights, 1,000 before)". */
export function failureWords({ day, reason, nights, before, until }: TotalFailure): string {
  const told = [
    nights === 1 ? "1 night" : `${formatCount(nights)} nights`,
    ...(before === undefined ? [] : [`${formatCount(Number(before.toPrecision(4)))} before`]),
    ...(until === undefined ? [] : [`over since ${until}`]),
  ];
  return `TOTAL FAILURE since ${day}: ${reason} (${told.join(", ")})`;
}

/** How far a figure moved: "+ 11.2 %", or the levels of a share of failures, "0.2 % → 48.1 % failed". */
export function movedWords({ isShare }: Pick<WatchedSeries, "isShare">, change: ChangePoint): string {
  const { before, after, magnitude } = change;
  return isShare ? `${percent(before)} → ${percent(after)} failed` : signed(magnitude);
}

/** A change in words: "+ 11.2 % since 2026-11-20 (2.30.4 → 2.31.0), confirmed 2026-11-24, confidence 99.99 %". */
export function changeWords(series: Pick<WatchedSeries, "isShare">, change: ChangePoint): string {
  const { day, versions, status, confirmedOn, suspectedOn, confidence } = change;
  const { before, after } = versions;
  const between = before === after || before === undefined ? "" : ` (${before} → ${after ?? "?"})`;
  const told = status === "confirmed" ? `confirmed ${confirmedOn ?? ""}` : `suspected ${suspectedOn}`;
  return `${movedWords(series, change)} since ${day}${between}, ${told}, confidence ${floored(confidence)}`;
}

/** A change in words, and what it means for its series: "REGRESSION + 11.2 % since …". */
export function judgedWords(series: WatchedSeries, change: ChangePoint): string {
  const meaning = series.regressions.includes(change)
    ? "REGRESSION"
    : isWorse(series.figure, change.magnitude)
      ? "worse"
      : "better";
  return `${meaning} ${changeWords(series, change)}`;
}

/** What a series could show, or why it shows nothing yet. */
export function sightWords({ history, detectable, isShare }: WatchedSeries): string {
  if (isShare && history.isEnough) return "compared by the counts of failures";
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
      foundWords(one).join("; ") || "none",
      [sightWords(one), ...withoutWords(one), ...one.platforms.map(platformWords)].join("; "),
    ]),
  };
}

/** Everything that was found in a series, in words, in the order of its nights. */
export function foundWords(series: WatchedSeries): readonly string[] {
  return [
    ...series.totalFailures.map((failure) => ({ day: failure.day, words: failureWords(failure) })),
    ...series.changes.map((change) => ({ day: change.day, words: judgedWords(series, change) })),
  ]
    .toSorted((one, other) => (one.day < other.day ? -1 : 1))
    .map(({ words }) => words);
}

/** Nights that measured Coder and lack the figure, by the reason: "2 nights without it (not recorded)". */
export function withoutWords({ without }: WatchedSeries): readonly string[] {
  if (without.length === 0) return [];
  const nights = without.length === 1 ? "1 night" : `${formatCount(without.length)} nights`;
  const reasons = [...new Set(without.map(({ reason }) => reason))];
  const named = reasons.slice(0, 2).join("; ");
  return [`${nights} without it (${named}${reasons.length > 2 ? "; and others" : ""})`];
}

/** Nights that are in no series, once for each row. */
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

/** A relative change with its sign: "+ 11.2 %". */
export function signed(share: number): string {
  return `${share < 0 ? "-" : "+"} ${percent(Math.abs(share))}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Never rounded up to certainty. */
function floored(confidence: number): string {
  return `${Math.min(99.99, Math.floor(confidence * 1e4) / 100).toFixed(2)} %`;
}
