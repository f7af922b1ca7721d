import type { RunRecord } from "../../model/record/record.ts";
import { isNightly, nightsOf } from "../nights/night.ts";
import { alarmsOf } from "../statistics/change-words.ts";
import type { WatchedSeries } from "../statistics/changes-of.ts";
import type { Reset } from "../statistics/resets.ts";
import { document } from "./parts/document.ts";
import { type Html, html } from "./parts/html.ts";
import { chip } from "./parts/status.ts";
import { sizeRunsTable } from "./parts/runs-table.ts";
import { trendSection } from "./nights/trend.ts";
import { heading } from "./parts/heading.ts";

/** Draws a size's page: its nights by Coder's version, and all of its runs. */
export function sizePage(
  records: readonly RunRecord[],
  {
    rehearsals,
    watched = [],
    resets = [],
  }: {
    readonly rehearsals: boolean;
    /** The result of the search for steps, for all sizes. */
    readonly watched?: readonly WatchedSeries[];
    readonly resets?: readonly Reset[];
  },
): string {
  const newest = records.at(-1);
  if (newest === undefined) throw new TypeError("a size's page needs at least one record");
  const { environment, architecture, size } = newest;
  const title = `${environment}, size ${size}`;
  const isOwn = (of: { readonly architecture: string; readonly size: string }): boolean =>
    of.architecture === architecture && of.size === size;
  return document({
    title,
    description: `${title}: trend over nights by Coder's version, and every run.`,
    rehearsals,
    root: "../",
    body: html`<h1>${title}</h1>
      <p class="lead">Reference architecture <code>${architecture}</code>, size <code>${size}</code>.</p>
      ${regressionsNotice(watched.filter(isOwn))} ${heading(2, "Trend over nights")}
      ${trendSection({
        nights: nightsOf(records.filter(isNightly)).toReversed(),
        watched: watched.filter(isOwn),
        resets: resets.filter(isOwn),
      })}
      ${heading(2, "All runs")} ${sizeRunsTable(records.toReversed(), `All runs of ${title}, newest first`)}`,
  });
}

/** Names the lasting regressions of a size, in red. */
function regressionsNotice(watched: readonly WatchedSeries[]): Html | undefined {
  const alarms = watched.flatMap((series) =>
    alarmsOf(series).map(({ words, day }) => `${series.figure.name} ${words} since ${day}`),
  );
  if (alarms.length === 0) return undefined;
  return html`<p class="notice bad">${chip("regression")} ${alarms.join("; ")}.</p>`;
}
