import { NO_FIGURE } from "../../format/format.ts";
import { versionOf } from "../../judge/coder-version.ts";
import { isClean, type MeasuredNight } from "../../nights/night.ts";
import { measuredCoder } from "../../nights/outcome.ts";
import { foundWords, sightWords, withoutWords } from "../../statistics/change-words.ts";
import type { WatchedSeries } from "../../statistics/changes-of.ts";
import type { Reset } from "../../statistics/resets.ts";
import { type TrendPoint, trendChart } from "../charts/trend.ts";
import { dataTable } from "../parts/data-table.ts";
import { figure } from "../parts/figure.ts";
import { type Html, html } from "../parts/html.ts";
import { type KeyFigure, TREND_FIGURES } from "../parts/page-figures.ts";
import { runPath } from "../parts/paths.ts";
import { type Series, seriesOf } from "./series.ts";
import { marksOf } from "./trend-marks-of.ts";
import { trendLegend } from "./trend-legend.ts";
import { heading } from "../parts/heading.ts";

/** The input of a size's trends. */
export interface TrendInput {
  /** Oldest first. */
  readonly nights: readonly MeasuredNight[];
  /** The result of the search for steps. */
  readonly watched: readonly WatchedSeries[];
  readonly resets: readonly Reset[];
}

/** Draws a size's figures over its nights, and marks where series begin and steps were found. */
export function trendSection(input: TrendInput): Html {
  const { nights, watched, resets } = input;
  if (nights.length === 0) return html`<p>No night of this size has been recorded yet.</p>`;
  const versions = [...new Set(nights.map(({ record }) => versionOf(record) ?? "unknown"))];
  const { series } = seriesOf(
    nights,
    resets.filter(({ metric }) => metric === undefined),
  );
  const reruns = [...new Set(watched.flatMap(({ rerun }) => rerun ?? []))];
  return html`${trendLegend(versions, {
      hasBreaks: series.length > 1 || resets.length > 0,
      hasSteps: watched.some(({ changes }) => changes.length > 0),
    })}
    <div class="charts two">
      ${TREND_FIGURES.map((keyFigure, index) => trendFigure(keyFigure, input, { versions, id: `trend-${index}` }))}
    </div>
    ${reruns.map(
      (rerun) =>
        html`<p class="note">To confirm a suspected step or not, measure again: <code>${rerun}</code></p>`,
    )}
    ${series.length > 1 && seriesTable(series)}`;
}

function trendFigure(
  keyFigure: KeyFigure,
  { nights, watched, resets }: TrendInput,
  { versions, id }: { readonly versions: readonly string[]; readonly id: string },
): Html | undefined {
  const { name, read, text, metric, isCount = false } = keyFigure;
  const own = resets.filter((reset) => reset.metric === undefined || reset.metric === metric);
  const { series, ofNight } = seriesOf(nights, own);
  const steps = watched.find(({ figure: { metric: its } }) => its === metric);
  const points = nights.map(({ day, record }, index): TrendPoint => ({
    day,
    value: read(record),
    isClean: isClean(record),
    isMeasured: measuredCoder(record),
    version: versionOf(record) ?? "unknown",
    series: ofNight[index] ?? 0,
  }));
  const values = points.flatMap(({ value }) => (value === undefined ? [] : [value]));
  if (values.length === 0) return undefined;
  const said = steps === undefined ? [] : foundWords(steps);
  const description = `${values.length} of ${points.length} nights, from ${text(Math.min(...values))} to ${text(Math.max(...values))}; the newest ${text(values.at(-1) ?? 0)}.${said.map((words) => ` Step: ${words}.`).join("")}`;
  const drawn = (width: number, height: number, suffix: string): Html =>
    trendChart(
      points,
      { valueText: text, versions, isCount, marks: marksOf(series, steps) },
      { width, height },
      { id: id + suffix, title: `${name} over nights`, description },
    );
  return figure({
    caption: name,
    narrow: drawn(360, 220, "n"),
    wide: drawn(560, 240, "w"),
    below: steps && stepWords(said, steps, own),
    table: dataTable({
      label: `${name}, night by night`,
      header: ["Night", name, "Clean", "Coder version", "Series"],
      right: new Set([1]),
      rows: points
        .map(({ day, value, isClean: clean, version, series: its }, index) => [
          html`<a href="../${runPath(nights[index]?.record ?? { runId: "" })}">${day}</a>`,
          value === undefined ? NO_FIGURE : text(value),
          clean ? "yes" : "no",
          version,
          String(its + 1),
        ])
        .toReversed(),
    }),
  });
}

/** Describes the steps of a figure, the smallest step that would be detected, and the figure's own resets. */
function stepWords(said: readonly string[], steps: WatchedSeries, resets: readonly Reset[]): Html {
  const own = resets.filter(({ metric }) => metric !== undefined);
  return html`<ul class="steps">
    ${said.map((words) => html`<li><strong>Step:</strong> ${words}.</li> `)}
    ${own.map(({ date, reason }) => html`<li>New series from ${date}: ${reason}.</li> `)}
    <li>
      ${said.length === 0 ? "No step was found: " : "Now: "}${[sightWords(steps), ...withoutWords(steps)].join("; ")}.
    </li>
  </ul>`;
}

function seriesTable(series: readonly Series[]): Html {
  return html`${heading(3, "Series")}
    <p class="note">
      Figures measured on another platform, or after an accepted change, are never compared with earlier ones.
    </p>
    ${dataTable({
      label: "Series of this size",
      header: ["Series", "From", "What changed"],
      rows: series.map(({ day, began, why }, index) => [
        `${index + 1}`,
        day,
        began === "first" ? "the first night" : why.join("; "),
      ]),
    })}`;
}
