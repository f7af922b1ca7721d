import type { RunRecord } from "../../../model/record/record.ts";
import { formatUsd } from "../../../model/record/usd.ts";
import { formatCount } from "../../../tools/count-text.ts";
import { NO_FIGURE } from "../../format/format.ts";
import { limitWords } from "../../format/limit-words.ts";
import { machinesOf, machineWords } from "../../nights/machines.ts";
import type { NightRow } from "../../nights/nights.ts";
import { type Spread, spreadOf } from "../../nights/spread.ts";
import { monthOf } from "../../nights/standing.ts";
import { tallyWords } from "../../nights/tally-words.ts";
import { alarmsOf } from "../../statistics/change-words.ts";
import type { WatchedSeries } from "../../statistics/changes-of.ts";
import { type FigureCell, figureCells, nightNetwork, versionCell } from "../../table/night-row.ts";
import { type Child, type Html, html, small } from "../parts/html.ts";
import { nightSpark, nightStrip } from "./night-strip.ts";
import { type KeyFigure, monthWords, READY, TERMINAL } from "../parts/page-figures.ts";
import { runPath, sizePath } from "../parts/paths.ts";
import { chip } from "../parts/status.ts";
import { claimsTable } from "../sections/claims.ts";

const COLUMNS = [
  "Environment",
  "Status",
  "Users",
  "Workspaces",
  "Concurrent builds",
  "Concurrent connections (terminal/SSH)",
  "Workspace ready and terminal, p95",
  "Limited by",
  "Cost",
  "Last tested",
  "Workspace ready over the last nights",
] as const;

/** Everything from which the nights' rows are made. */
export interface NightsGround {
  readonly records: readonly RunRecord[];
  readonly watched: readonly WatchedSeries[];
}

/**
 * Draws the nights: for each size its figures, and below them its machines and claims. On a phone each size is a card,
 * which browsers do not treat as a table, so the roles are explicit.
 */
export function nightsTable(rows: readonly NightRow[], ground: NightsGround): Html {
  return html`<table class="cards" role="table" aria-label="Results by environment and size">
    <thead role="rowgroup">
      <tr role="row">
        ${COLUMNS.map((name) => html`<th scope="col" role="columnheader">${name}</th>`)}
      </tr>
    </thead>
    ${rows.map((row) => nightRow(row, ground))}
  </table>`;
}

function nightRow(row: NightRow, { records, watched }: NightsGround): Html {
  const { newest } = row;
  const { record } = newest;
  const own = watched.filter(
    ({ architecture, size }) => architecture === row.architecture && size === row.size,
  );
  const alarms = alarmsIn(own);
  const [, status, ...names] = COLUMNS;
  const cells: readonly Child[] = [
    ...figureCells(row).map(figureCell),
    latencyCell(row),
    limitCell(row),
    costOfRow(row),
    testedCell(row),
  ];
  const strip = { architecture: row.architecture, size: row.size, missing: row.missing };
  return html`<tbody role="rowgroup" class="${alarms.length > 0 ? "regressed" : ""}">
    <tr role="row">
      <th scope="row" role="rowheader">
        <a href="${sizePath(row)}">${record.environment}</a>${small(`size ${row.size}`)}
      </th>
      <td role="cell" class="whole" data-label="${status}">
        ${statusOf(row)}${small(tallyWords(row.tally))}${regressionsOf(row, alarms)}
      </td>
      ${cells.map((cell, index) => html`<td role="cell" data-label="${names[index] ?? ""}">${cell}</td>`)}
      <td role="cell" class="whole" data-label="${COLUMNS[10]}">
        ${nightSpark(records, strip, own)} ${nightStrip(records, strip)}
      </td>
    </tr>
    <tr role="row" class="more">
      <td role="cell" colspan="${COLUMNS.length}">${detailsOf(row)}</td>
    </tr>
  </tbody> `;
}

/** The machines of the newest night, the network of the figures, and the claims of the newest that has some. */
function detailsOf(row: NightRow): Html {
  const { newest, measured } = row;
  const groups = machinesOf(newest.record);
  const claimed = measured.find(({ record }) => (record.claims ?? []).length > 0);
  return html`${
    groups.length === 0
      ? small("Machines: not recorded")
      : small(
          groups.map((group) => [html`<span class="group">${group.role}: ${machineWords(group)}</span> `]),
        )
  }
  ${small(`Network: ${nightNetwork(row)}`)}
  ${
    claimed !== undefined &&
    html`<details>
      <summary>Figures that sizing rests on, measured ${claimed.day}</summary>
      ${claimsTable(claimed.record.claims ?? [], `Claims of ${claimed.record.environment}, ${claimed.record.size}`)}
    </details>`
  }`;
}

function latencyCell({ measured }: NightRow): Child {
  const records = measured.map(({ record }) => record);
  const [ready, terminal] = [spreadIn(READY, records), spreadIn(TERMINAL, records)];
  return [
    ready === undefined ? NO_FIGURE : READY.text(ready.median),
    ready !== undefined && rangeOf(ready, READY.text),
    terminal !== undefined && small(`terminal ${TERMINAL.text(terminal.median)}`),
  ];
}

/** The lowest and the highest value in small type, where they differ. */
function rangeOf({ range: [least, most] }: Spread, text: (value: number) => string): Child {
  return text(least) !== text(most) && small(html`<span class="one">${text(least)}–${text(most)}</span>`);
}

function spreadIn({ read }: KeyFigure, records: readonly RunRecord[]): Spread | undefined {
  return spreadOf(records.flatMap((record) => read(record) ?? []));
}

/** The median of a key figure with its range: `296 s (280–310 s)`; undefined where no record has it. */
export function medianWords(figure: KeyFigure, records: readonly RunRecord[]): string | undefined {
  const { text } = figure;
  const spread = spreadIn(figure, records);
  if (spread === undefined) return undefined;
  const [low, high] = spread.range.map(text);
  return low === high ? text(spread.median) : `${text(spread.median)} (${low ?? ""}–${high ?? ""})`;
}

function limitCell({ measured }: NightRow): Child {
  const [newest] = measured;
  if (newest === undefined) return NO_FIGURE;
  const words = limitWords(newest.record);
  return newest.record.limits === undefined
    ? words
    : html`<a href="${runPath(newest.record)}#answer">${words}</a>`;
}

function costOfRow({ cost, newest }: NightRow): Child {
  const month = monthOf(newest.record);
  return [
    cost === undefined ? NO_FIGURE : formatUsd(cost.median),
    cost !== undefined && small(`a night, ${cost.basis}`),
    cost !== undefined && rangeOf(cost, formatUsd),
    month !== undefined && small(`${monthWords(month)} a month`),
  ];
}

function testedCell(row: NightRow): Child {
  const { newest, consecutiveClean } = row;
  return [
    html`<a href="${runPath(newest.record)}"><time datetime="${newest.day}">${newest.day}</time></a>`,
    small(`Coder ${versionCell(row)}`),
    small(`${formatCount(consecutiveClean)} clean in a row`),
  ];
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

interface RowAlarm {
  readonly words: string;
  readonly day: string;
}

function alarmsIn(series: readonly WatchedSeries[]): readonly RowAlarm[] {
  return series.flatMap((each) =>
    alarmsOf(each).map(({ words, day }) => ({ words: `${each.figure.name} ${words}`, day })),
  );
}

/** How many regressions are listed beside a row; the size's page lists all. */
const NAMED = 2;

/** Lists the current regressions of a row, with a link to its page. */
function regressionsOf(row: NightRow, worse: readonly RowAlarm[]): Child {
  const since = worse.map(({ day }) => day).toSorted()[0];
  if (since === undefined) return undefined;
  const named = worse.slice(0, NAMED).map(({ words }) => words);
  const more = worse.length > NAMED ? `, and ${worse.length - NAMED} more` : "";
  return [
    chip("regression"),
    small(
      html`<a class="regression" href="${sizePath(row)}">Regression since ${since}</a>:
        ${named.join(", ")}${more}`,
    ),
  ];
}

function figureCell({ value, note }: FigureCell): Child {
  return [value, note !== undefined && small(note)];
}
