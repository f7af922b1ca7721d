import type { Measurements } from "../../../model/record/record.ts";
import { SCHEDULE_NOTE, scheduledLines, scheduleGrid } from "../../output/schedule-table.ts";
import { dataTable } from "../parts/data-table.ts";
import { heading } from "../parts/heading.ts";
import { type Html, html } from "../parts/html.ts";

/** Draws the table of a mixed schedule: loads by period. Undefined without one. */
export function scheduleSection(measurements: Pick<Measurements, "mixed">): Html | undefined {
  const grid = scheduleGrid(measurements);
  if (grid === undefined) return undefined;
  const { header, rows, right } = grid;
  // The further rows of a load repeat its name, which the text omits.
  let load = "";
  const named = rows.map(([name = "", ...cells]) => [(load = name === "" ? load : name), ...cells]);
  return html`${heading(2, "Schedule")}
    <p class="note">${SCHEDULE_NOTE}</p>
    ${dataTable({ label: "Loads by period", header, rows: named, ...(right !== undefined && { right }) })}
    <ul>
      ${scheduledLines(measurements).map((line) => html`<li>${line}</li> `)}
    </ul>`;
}
