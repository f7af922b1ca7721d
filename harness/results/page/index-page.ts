import type { RunRecord } from "../../model/record/record.ts";
import { formatCount } from "../../tools/count-text.ts";
import { holdLines } from "../format/hold-words.ts";
import { costCell, type FigureCell, figureCells, NIGHT_LEGEND, versionCell } from "../table/night-row.ts";
import { isNightly } from "../nights/night.ts";
import { tallyWords } from "../nights/tally-words.ts";
import { unofficialWords } from "../judge/official.ts";
import { type NightRow, nightRows } from "../nights/nights.ts";
import { verifiedLine } from "../format/row.ts";
import { alarmsOf } from "../statistics/change-words.ts";
import type { WatchedSeries } from "../statistics/changes-of.ts";
import { dataTable } from "./parts/data-table.ts";
import { document } from "./parts/document.ts";
import { type Child, type Html, html, small } from "./parts/html.ts";
import { nightStrip } from "./parts/night-strip.ts";
import { runPath, sizePath } from "./parts/paths.ts";
import { runsPageTable } from "./parts/runs-table.ts";
import type { SiteInput } from "./site-input.ts";
import { chip } from "./parts/status.ts";
import { heading } from "./parts/heading.ts";

const TITLE = "Coder reference benchmarks";

/** How many runs outside nights are listed; each size's page lists all of its runs. */
const LISTED = 30;

/** Draws the first page: a row for each size with its last nights, then all other runs. */
export function indexPage({
  records,
  rehearsals,
  asOf,
  unreadable = [],
  watched = [],
}: Omit<SiteInput, "resets"> & {
  /** The result of the search for steps. */
  readonly watched?: readonly WatchedSeries[];
}): string {
  const rows = nightRows(records, { asOf });
  const unofficial = unofficialWords(records);
  const newest = rows.map((row) => row.newest.record);
  const others = records.filter((record) => !isNightly(record)).toReversed();
  return document({
    title: TITLE,
    description: `How far Coder scales on reference architectures, night by night. As of ${asOf}.`,
    rehearsals,
    root: "",
    body: html`<h1>${TITLE}</h1>
      <p class="lead">
        How far <a href="https://coder.com">Coder</a> scales on reference architectures: deployed, loaded,
        measured and torn down every night. As of <time datetime="${asOf}">${asOf}</time> (UTC).
      </p>
      ${rows.length === 0 ? html`<p>${unofficial ?? "No night has been recorded yet"}.</p>` : nightsTable(rows, { records, watched })}
      ${rows.length > 0 && html`<p class="note">${[NIGHT_LEGEND, ...holdLines(newest), ...verifiedLine(newest)].join(" ")}</p>`}
      ${unreadableSection(unreadable)}
      ${
        others.length > 0 &&
        html`${heading(2, "Other runs")}
          <p class="note">
            ${unofficial ?? "Rehearsals outside a night"}.${others.length > LISTED && ` The newest ${LISTED} of ${formatCount(others.length)}; each size's page lists all of its runs.`}
          </p>
          ${runsPageTable(others.slice(0, LISTED), { label: "Other runs", root: "" })}`
      }`,
  });
}

const COLUMNS = [
  "Environment",
  "Status",
  "Users",
  "Workspaces",
  "Concurrent builds",
  "Concurrent connections (terminal/SSH)",
  "Coder version",
  "Last tested",
  "Clean nights in a row",
  "Cost per night",
  "Last nights",
] as const;

interface Ground {
  readonly records: readonly RunRecord[];
  readonly watched: readonly WatchedSeries[];
}

/** Draws the nights. On a phone the rows are cards, which browsers do not treat as a table, so the roles are explicit. */
function nightsTable(rows: readonly NightRow[], ground: Ground): Html {
  return html`<table class="cards" role="table" aria-label="Results by environment and size">
    <thead role="rowgroup">
      <tr role="row">
        ${COLUMNS.map((name) => html`<th scope="col" role="columnheader">${name}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map((row) => nightRow(row, ground))}
    </tbody>
  </table>`;
}

function nightRow(row: NightRow, { records, watched }: Ground): Html {
  const { newest, consecutiveClean } = row;
  const { record } = newest;
  const [, status, ...names] = COLUMNS;
  const cells: readonly Child[] = [
    ...figureCells(row).map(figureCell),
    versionCell(row),
    html`<a href="${runPath(record)}"><time datetime="${newest.day}">${newest.day}</time></a>`,
    formatCount(consecutiveClean),
    figureCell(costCell(row)),
  ];
  const last = nightStrip(records, { architecture: row.architecture, size: row.size, missing: row.missing });
  return html`<tr role="row">
    <th scope="row" role="rowheader">
      <a href="${sizePath(row)}">${record.environment}</a>${small(`size ${row.size}`)}
    </th>
    <td role="cell" class="whole" data-label="${status}">
      ${statusOf(row)}${small(tallyWords(row.tally))}${regressionsOf(row, watched)}
    </td>
    ${cells.map((cell, index) => html`<td role="cell" data-label="${names[index] ?? ""}">${cell}</td>`)}
    <td role="cell" class="whole" data-label="${COLUMNS[10]}">${last}</td>
  </tr> `;
}

/** Formats the status, with the reason if the night was not clean. */
function statusOf({ status, newest }: NightRow): Child {
  switch (status.word) {
    case "clean":
      return chip("clean");
    case "planted":
      return [chip("planted"), small("passed with planted faults: not in the median")];
    case "stale":
      return [chip("stale"), small(`the newest night is ${status.days} days old`)];
    case "missing":
      return [chip("missing"), small(`no night on ${status.nights.join(", ")}`)];
    default: {
      const { word, verdict, stage, class: kind, reason } = status;
      const where = [
        ...(verdict === word ? [] : [verdict]),
        ...(stage === undefined ? [] : [`in ${stage}`]),
        ...(kind === undefined ? [] : [`(${kind})`]),
      ].join(" ");
      // Most reasons begin with their stage, which is already shown here.
      const words =
        stage !== undefined && reason.startsWith(`${stage}: `) ? reason.slice(stage.length + 2) : reason;
      const why = html`<a href="${runPath(newest.record)}">${words}</a>`;
      return [chip(word), small(where === "" ? why : [where, ": ", why])];
    }
  }
}

/** How many regressions are listed beside a row; the size's page lists all. */
const NAMED = 2;

/** Lists the current regressions of a row, with a link to its page. */
function regressionsOf(row: NightRow, watched: readonly WatchedSeries[]): Child {
  const worse = watched
    .filter(({ architecture, size }) => architecture === row.architecture && size === row.size)
    .flatMap((series) =>
      alarmsOf(series).map(({ words, day }) => ({ words: `${series.figure.name} ${words}`, day })),
    );
  const since = worse.map(({ day }) => day).toSorted()[0];
  if (since === undefined) return undefined;
  const named = worse.slice(0, NAMED).map(({ words }) => words);
  const more = worse.length > NAMED ? `, and ${worse.length - NAMED} more` : "";
  return small(
    html`<a class="regression" href="${sizePath(row)}">Regression since ${since}</a>:
      ${named.join(", ")}${more}`,
  );
}

function figureCell({ value, note }: FigureCell): Child {
  return [value, note !== undefined && small(note)];
}

function unreadableSection(unreadable: NonNullable<SiteInput["unreadable"]>): Html | undefined {
  if (unreadable.length === 0) return undefined;
  return html`${heading(2, "Records that cannot be read")}
    <p class="note">These records are not shown, and their figures are missing above.</p>
    ${dataTable({
      label: "Records that cannot be read",
      header: ["File", "Reason"],
      rows: unreadable.map(({ path, reason }) => [html`<code>${path}</code>`, reason]),
    })}`;
}
