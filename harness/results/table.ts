import type { RunRecord } from "../model/record.ts";
import { drawGrid, wrap } from "./grid.ts";
import { noticeAbove } from "./official.ts";
import { COLUMNS, legendOf, rowsOf } from "./row.ts";

/** The results table as text; what is not official says so above itself and in each row. */
export function resultsTable(records: readonly RunRecord[], width: number): string {
  const rows = rowsOf(records);
  const above = noticeAbove(records);
  const notice = above === undefined ? [] : [...wrap(above, width), ""];
  return [...notice, drawGrid({ header: COLUMNS, rows }, width), "", ...wrap(legendOf(records), width)].join(
    "\n",
  );
}
