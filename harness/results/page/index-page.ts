import { formatCount } from "../../tools/count-text.ts";
import { holdLines } from "../format/hold-words.ts";
import { NIGHT_LEGEND } from "../table/night-row.ts";
import { isNightly } from "../nights/night.ts";
import { unofficialWords } from "../judge/official.ts";
import { nightRows } from "../nights/nights.ts";
import { verifiedLine } from "../format/row.ts";
import type { WatchedSeries } from "../statistics/changes-of.ts";
import { dataTable } from "./parts/data-table.ts";
import { document } from "./parts/document.ts";
import { type Html, html } from "./parts/html.ts";
import { runsPageTable } from "./parts/runs-table.ts";
import { architecturesSection } from "./nights/architectures.ts";
import { nightsTable } from "./nights/nights-table.ts";
import type { SiteInput } from "./site-input.ts";
import { heading } from "./parts/heading.ts";

/** Explains the columns that only the page has. */
const MACHINES_LEGEND =
  "Machines: what the newest night's record prices, without those that generate load; where a record has no prices, the size in the catalogue. Workspace ready and terminal's first byte: the median of the nights' p95, with the range. A month: the hourly prices of the newest night's estimate, 730 hours long, without the machines that generate load and without traffic. Limited by: what the newest of these nights says.";

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
      ${architecturesSection(rows)}
      ${
        rows.length > 0 &&
        html`${heading(2, "How to read the table")}
          <p class="note">
            ${MACHINES_LEGEND} ${[NIGHT_LEGEND, ...holdLines(newest), ...verifiedLine(newest)].join(" ")}
          </p>`
      }
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
