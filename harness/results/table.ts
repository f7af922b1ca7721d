import type { RunRecord } from "../model/record.ts";
import { drawGrid, type Grid, wrap } from "./grid.ts";
import { markdownRow } from "./markdown-row.ts";
import { NIGHT_COLUMNS, NIGHT_LEGEND, nightCells } from "./night-row.ts";
import { nightRows } from "./nights.ts";
import { isNightly } from "./nights/night.ts";
import { noticeAbove, standingOf } from "./official.ts";
import { COLUMNS, legendOf, rowsOf, verifiedLine } from "./row.ts";

/** One part of a table as it is read, from top to bottom. */
type Part = { readonly notice: string } | { readonly grid: Grid } | { readonly prose: string };

/** A results table, the same for a person and in Markdown. */
export type Table = readonly Part[];

/** The rows of single runs; what is not official says so above itself and in each row. */
export function runsTable(records: readonly RunRecord[]): Table {
  return [...noticeOf(records), ...runParts(records)];
}

/** What the table is to hold. */
export interface TableRequest {
  /** UTC day by which nights are stale or missing: 2026-11-22. */
  readonly asOf: string;
  /** The simulated rows instead of the official ones. */
  readonly rehearsals: boolean;
}

/**
 * The published table: a row for each size that has a night. Rehearsals outside of a night have rows of their own
 * below; unofficial runs have none. What these records and the day say is all that it depends on.
 */
export function publishedTable(records: readonly RunRecord[], { asOf, rehearsals }: TableRequest): Table {
  const asked = records.filter((record) => standingOf(record) === (rehearsals ? "simulated" : "official"));
  const rows = nightRows(asked, { asOf });
  const others = asked.filter((record) => !isNightly(record));
  if (rows.length === 0 && others.length === 0) return [{ prose: rehearsals ? NO_REHEARSALS : NO_RESULTS }];
  const newest = rows.map((row) => row.newest.record);
  return [
    ...noticeOf(asked),
    ...(rows.length === 0
      ? []
      : [
          { grid: { header: NIGHT_COLUMNS, rows: rows.map(nightCells) } },
          { prose: [NIGHT_LEGEND, ...verifiedLine(newest), `As of ${asOf}.`].join(" ") },
        ]),
    ...(others.length === 0 ? [] : runParts(others)),
  ];
}

const NO_RESULTS = "No official results yet: no night has measured an architecture on its cloud.";
const NO_REHEARSALS = "No rehearsals yet.";

function noticeOf(records: readonly RunRecord[]): Table {
  const notice = noticeAbove(records);
  return notice === undefined ? [] : [{ notice }];
}

function runParts(records: readonly RunRecord[]): Table {
  return [{ grid: { header: COLUMNS, rows: rowsOf(records) } }, { prose: legendOf(records) }];
}

/** A table as text within a width. */
export function tableText(table: Table, width: number): string {
  const parts = table.map((part) => {
    if ("grid" in part) return drawGrid(part.grid, width);
    return wrap("notice" in part ? part.notice : part.prose, width).join("\n");
  });
  return `${parts.join("\n\n")}\n`;
}

/** A table in Markdown. */
export function tableMarkdown(table: Table): string {
  const parts = table.map((part) => {
    if ("notice" in part) return `> **${part.notice}**`;
    if ("prose" in part) return part.prose;
    const { header, rows } = part.grid;
    return [header, header.map(() => "---"), ...rows].map(markdownRow).join("\n");
  });
  return `${parts.join("\n\n")}\n`;
}
