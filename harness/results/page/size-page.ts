import type { RunRecord } from "../../model/record.ts";
import { versionOf } from "../coder-version.ts";
import { fingerprintChanges, fingerprintKey, fingerprintOf } from "../fingerprint.ts";
import { isClean, isNightly, type Night, nightsOf } from "../nights/night.ts";
import { type TrendPoint, trendChart, VERSION_MARKS } from "./charts/trend.ts";
import { dataTable } from "./data-table.ts";
import { document } from "./document.ts";
import { figure } from "./figure.ts";
import { type Html, html } from "./html.ts";
import { KEY_FIGURES, type KeyFigure } from "./page-figures.ts";
import { runPath } from "./paths.ts";
import { sizeRunsTable } from "./runs-table.ts";

/** A size over its nights, by Coder's version, and all of its runs. */
export function sizePage(
  records: readonly RunRecord[],
  { rehearsals }: { readonly rehearsals: boolean },
): string {
  const newest = records.at(-1);
  if (newest === undefined) throw new TypeError("a size's page is made of at least one record");
  const { environment, architecture, size } = newest;
  const title = `${environment}, size ${size}`;
  const nights = nightsOf(records.filter(isNightly)).toReversed();
  return document({
    title,
    description: `${title}: trend over nights by Coder's version, and every run.`,
    rehearsals,
    root: "../",
    body: html`<h1>${title}</h1>
      <p class="lead">Reference architecture <code>${architecture}</code>, size <code>${size}</code>.</p>
      <h2>Trend over nights</h2>
      ${nights.length === 0 ? html`<p>No night of it has been recorded yet.</p>` : trend(nights)}
      <h2>All runs</h2>
      ${sizeRunsTable(records.toReversed(), `All runs of ${title}, newest first`)}`,
  });
}

function trend(nights: readonly Night[]): Html {
  const versions = [...new Set(nights.map(({ record }) => versionOf(record) ?? "unknown"))];
  const starts = seriesStarts(nights);
  return html`${trendLegend(versions, starts.length > 1)}
    <div class="charts two">
      ${KEY_FIGURES.map((keyFigure, index) => trendFigure(keyFigure, nights, { versions, id: `trend-${index}` }))}
    </div>
    ${starts.length > 1 && seriesTable(starts)}`;
}

function trendFigure(
  { name, read, text, isCount = false }: KeyFigure,
  nights: readonly Night[],
  { versions, id }: { readonly versions: readonly string[]; readonly id: string },
): Html | undefined {
  const numbers = seriesNumbers(nights);
  const points = nights.map(({ day, record }, index): TrendPoint => ({
    day,
    value: read(record),
    isClean: isClean(record),
    version: versionOf(record) ?? "unknown",
    series: numbers[index] ?? 0,
  }));
  const values = points.flatMap(({ value }) => (value === undefined ? [] : [value]));
  if (values.length === 0) return undefined;
  const description = `${values.length} of ${points.length} nights, from ${text(Math.min(...values))} to ${text(Math.max(...values))}; the newest ${text(values.at(-1) ?? 0)}.`;
  const drawn = (width: number, height: number, suffix: string): Html =>
    trendChart(
      points,
      { valueText: text, versions, isCount },
      { width, height },
      { id: id + suffix, title: `${name} over nights`, description },
    );
  return figure({
    caption: name,
    narrow: drawn(360, 220, "n"),
    wide: drawn(560, 240, "w"),
    table: dataTable({
      label: `${name}, night by night`,
      header: ["Night", name, "Clean", "Coder version", "Series"],
      right: new Set([1]),
      rows: points
        .map(({ day, value, isClean: clean, version, series }, index) => [
          html`<a href="../${runPath(nights[index]?.record ?? { runId: "" })}">${day}</a>`,
          value === undefined ? "–" : text(value),
          clean ? "yes" : "no",
          version,
          String(series + 1),
        ])
        .toReversed(),
    }),
  });
}

/** Of each night the series that it is of: the platform's change begins the next one. */
function seriesNumbers(nights: readonly Night[]): readonly number[] {
  let series = 0;
  return nights.map(({ record }, index) => {
    const before = nights[index - 1];
    if (
      before !== undefined &&
      fingerprintKey(fingerprintOf(before.record)) !== fingerprintKey(fingerprintOf(record))
    )
      series += 1;
    return series;
  });
}

interface SeriesStart {
  readonly day: string;
  /** What differs from the series before; empty for the first. */
  readonly changes: readonly string[];
}

function seriesStarts(nights: readonly Night[]): readonly SeriesStart[] {
  const numbers = seriesNumbers(nights);
  return nights.flatMap(({ day, record }, index) => {
    const before = nights[index - 1];
    if (before === undefined) return [{ day, changes: [] }];
    if (numbers[index] === numbers[index - 1]) return [];
    return [{ day, changes: fingerprintChanges(fingerprintOf(before.record), fingerprintOf(record)) }];
  });
}

function seriesTable(starts: readonly SeriesStart[]): Html {
  return html`<h3>Series</h3>
    <p class="note">Figures of different platforms are never one series.</p>
    ${dataTable({
      label: "Series of this size",
      header: ["Series", "From", "What changed"],
      rows: starts.map(({ day, changes }, index) => [
        `${index + 1}`,
        day,
        index === 0 ? "the first night" : changes.join("; "),
      ]),
    })}`;
}

function trendLegend(versions: readonly string[], hasBreaks: boolean): Html {
  return html`<ul class="legend">
    ${versions.map((version, index) => html`<li>${markOf(index)}Coder ${version}</li>`)}
    <li>
      <svg viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="4" class="hollow" /></svg>hollow: a
      night that was not clean
    </li>
    <li>
      <svg viewBox="0 0 12 12" aria-hidden="true"><path d="M2.5 2.5l7 7m0-7l-7 7" class="cross" /></svg>a
      night without the figure
    </li>
    ${
      hasBreaks &&
      html`<li>
        <svg viewBox="0 0 12 12" aria-hidden="true"><path d="M6 0v12" class="break" /></svg>another platform:
        a new series
      </li>`
    }
  </ul>`;
}

function markOf(index: number): Html {
  const colour = `mark-${(index % VERSION_MARKS.length) + 1}`;
  const shapes: Readonly<Record<(typeof VERSION_MARKS)[number], Html>> = {
    circle: html`<circle cx="6" cy="6" r="4.5" class="${colour}" />`,
    rect: html`<rect x="2" y="2" width="8" height="8" class="${colour}" />`,
    triangle: html`<path d="M6 1.5l5 9h-10z" class="${colour}" />`,
    diamond: html`<path d="M6 1l5 5-5 5-5-5z" class="${colour}" />`,
  };
  return html`<svg viewBox="0 0 12 12" aria-hidden="true">
    ${shapes[VERSION_MARKS[index % VERSION_MARKS.length] ?? "circle"]}
  </svg>`;
}
