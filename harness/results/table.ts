import type { RunRecord } from "../model/record.ts";
import { drawGrid, wrap } from "./grid.ts";
import { COLUMNS, legendOf, rowsOf, SIMULATED_NOTICE } from "./row.ts";

/** The results table as text; a table of rehearsals says so above itself and in each row. */
export function resultsTable(records: readonly RunRecord[], width: number): string {
  const rows = rowsOf(records);
  const notice = records.some(({ simulated }) => simulated) ? [...wrap(SIMULATED_NOTICE, width), ""] : [];
  return [...notice, drawGrid({ header: COLUMNS, rows }, width), "", ...wrap(legendOf(records), width)].join(
    "\n",
  );
}
