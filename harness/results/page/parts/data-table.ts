import { type Child, type Html, html } from "./html.ts";

/** A table of figures. */
export interface DataTable {
  /** The table's name, also for screen readers. */
  readonly label: string;
  readonly header: readonly string[];
  /** The first cell of a row is its header. */
  readonly rows: readonly (readonly Child[])[];
  /** Whether rows begin with prose that may wrap. */
  readonly isProse?: boolean;
  /** Indexes of right-aligned columns of figures. */
  readonly right?: ReadonlySet<number>;
}

/**
 * Draws a table that scrolls sideways on a narrow screen. On a phone, a table with prose shows its figures below the
 * prose. Its rows are then grids, which browsers do not treat as a table, so the roles are explicit.
 */
export function dataTable({ label, header, rows, isProse = false, right = new Set() }: DataTable): Html {
  const role = (name: string): Child => isProse && html` role="${name}"`;
  const side = (column: number): Child => right.has(column) && html` class="number"`;
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">
    <table${isProse && html` class="prose" role="table"`}>
      <thead${role("rowgroup")}>
        <tr${role("row")}>
          ${header.map((name, column) => html`<th scope="col" ${role("columnheader")}${side(column)}>${name}</th>`)}
        </tr>
      </thead>
      <tbody${role("rowgroup")}>
        ${rows.map(
          (cells) =>
            html`<tr${role("row")}>
              ${cells.map((cell, column) =>
                column === 0
                  ? html`<th scope="row" ${role("rowheader")}${side(column)}>${cell}</th>`
                  : html`<td${role("cell")}${side(column)}>${cell}</td>`,
              )}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Draws terms and their values as a list. */
export function termList(terms: readonly (readonly [string, Child])[]): Html {
  return html`<dl class="terms">
    ${terms
      .filter(([, value]) => value !== undefined && value !== false && value !== "")
      .map(
        ([term, value]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div> `,
      )}
  </dl>`;
}
