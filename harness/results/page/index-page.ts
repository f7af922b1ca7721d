import { COLUMNS, rowOf } from "../row.ts";
import { html } from "./html.ts";
import { document } from "./document.ts";
import type { SiteInput } from "./site.ts";

/** The first page: the table, with what happened in the newest night of each row. */
export function indexPage({ records, rehearsals, asOf, unreadable = [] }: SiteInput): string {
  return document({
    title: "Coder reference benchmarks",
    rehearsals,
    body: html`<h1>Coder reference benchmarks</h1>
      <p>As of ${asOf}.</p>
      <table>
        <thead>
          <tr>
            ${COLUMNS.map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${records.map(
            (record) =>
              html`<tr>
                ${rowOf(record).map((cell) => html`<td>${cell}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
      ${unreadable.map(({ path, reason }) => html`<p>Not readable: ${path}: ${reason}</p>`)}`,
  });
}
