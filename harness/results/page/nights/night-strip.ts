import type { RunRecord } from "../../../model/record/record.ts";
import { isNightly, type MeasuredNight, nightsOf } from "../../nights/night.ts";
import { measuredCoder } from "../../nights/outcome.ts";
import { alarmsOf } from "../../statistics/change-words.ts";
import type { WatchedSeries } from "../../statistics/changes-of.ts";
import { sparkline } from "../charts/sparkline.ts";
import { type Html, html } from "../parts/html.ts";
import { READY } from "../parts/page-figures.ts";
import { runPath } from "../parts/paths.ts";
import { toneOf } from "../parts/status.ts";

/** How many nights a strip shows. */
const SHOWN = 14;

/** The nights that are shown, and days without one. */
export interface NightsShown {
  readonly architecture: string;
  readonly size: string;
  readonly missing: readonly string[];
}

/** How many nights the small line has. */
const SPARKS = 30;

/** Draws how fast workspaces were ready in the last nights that measured Coder, red while a regression of it lasts. */
export function nightSpark(
  records: readonly RunRecord[],
  { architecture, size }: NightsShown,
  watched: readonly WatchedSeries[],
): Html | undefined {
  const nights = nightsIn(records, { architecture, size })
    .filter(({ record }) => measuredCoder(record))
    .slice(0, SPARKS)
    .toReversed();
  const since = watched.flatMap((series) => alarmsOf(series).map(({ day }) => day)).toSorted()[0];
  const points = nights.map(({ day, record }) => {
    const value = READY.read(record);
    return {
      value,
      words: `${day}: ${value === undefined ? "not measured" : READY.text(value)}`,
      isWorse: since !== undefined && day >= since,
    };
  });
  const values = points.flatMap(({ value }) => value ?? []);
  if (values.length < 2) return undefined;
  const [least, most, last] = [Math.min(...values), Math.max(...values), values.at(-1) ?? 0];
  return sparkline(
    points,
    `${READY.name} of ${values.length} nights: from ${READY.text(least)} to ${READY.text(most)}, the newest ${READY.text(last)}${since === undefined ? "" : `; a regression since ${since}`}`,
  );
}

function nightsIn(
  records: readonly RunRecord[],
  { architecture, size }: Pick<NightsShown, "architecture" | "size">,
): readonly MeasuredNight[] {
  return nightsOf(
    records.filter((each) => isNightly(each) && each.architecture === architecture && each.size === size),
  );
}

/** Draws the last nights of a size as squares, oldest first, each linked to its run. */
export function nightStrip(
  records: readonly RunRecord[],
  { architecture, size, missing }: NightsShown,
): Html {
  const nights = nightsIn(records, { architecture, size });
  const days = [
    ...nights.map(({ day, record }) => ({ day, record })),
    ...missing.map((day) => ({ day, record: undefined })),
  ]
    .toSorted((one, other) => (one.day < other.day ? -1 : 1))
    .slice(-SHOWN);
  return html`<ol class="nights">
    ${days.map(({ day, record }) => {
      const word = record?.verdict ?? "missing";
      const { tone, sign } = toneOf(word);
      const content = html`<span aria-hidden="true">${sign}</span
        ><span class="unseen">${day}: ${word}</span>`;
      return record === undefined
        ? html`<li><span class="night ${tone}" title="${day}: ${word}">${content}</span></li>`
        : html`<li><a class="${tone}" href="${runPath(record)}" title="${day}: ${word}">${content}</a></li>`;
    })}
  </ol>`;
}
