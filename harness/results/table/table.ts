import type { RunRecord } from "../../model/record/record.ts";
import { diskLines } from "../format/builds-words.ts";
import { NIGHT_COLUMNS, NIGHT_LEGEND, nightCells } from "./night-row.ts";
import { nightRows } from "../nights/nights.ts";
import { isNightly } from "../nights/night.ts";
import { noticeAbove, recordStandingOf, unofficialWords } from "../judge/official.ts";
import { COLUMNS, legendOf, rowsOf, verifiedLine } from "../format/row.ts";
import type { SheetPart } from "./sheet.ts";

/** A results table, for text and Markdown. */
export type Table = readonly SheetPart[];

/** Returns the rows of single runs. Rows that are not official are marked above the table and in each row. */
export function runsTable(records: readonly RunRecord[]): Table {
  return [...noticeOf(records), ...runParts(records)];
}

/** The options of the published table. */
export interface TableRequest {
  /** UTC day for stale and missing nights: 2026-11-22. */
  readonly asOf: string;
  /** Selects simulated rows instead of official ones. */
  readonly rehearsals: boolean;
}

/**
 * Returns the published table: a row for each size that has a night. Rehearsals outside a night have their own rows
 * below; unofficial runs have none. The result depends only on the records and the day.
 */
export function publishedTable(records: readonly RunRecord[], { asOf, rehearsals }: TableRequest): Table {
  const asked = records.filter(
    (record) => recordStandingOf(record) === (rehearsals ? "simulated" : "official"),
  );
  const rows = nightRows(asked, { asOf });
  const others = asked.filter((record) => !isNightly(record));
  if (rows.length === 0 && others.length === 0)
    return [{ sentences: [rehearsals ? NO_REHEARSALS : noResults(records)] }];
  return [
    ...noticeOf(asked),
    ...(rows.length === 0
      ? []
      : [
          { header: NIGHT_COLUMNS, rows: rows.map(nightCells) },
          {
            sentences: [
              [NIGHT_LEGEND, ...diskLines(asked), ...verifiedLine(asked), `As of ${asOf}.`].join(" "),
            ],
          },
        ]),
    ...(others.length === 0 ? [] : runParts(others)),
  ];
}

function noResults(records: readonly RunRecord[]): string {
  return `No official results yet: ${unofficialWords(records) ?? "no night has measured an architecture on its cloud"}.`;
}

const NO_REHEARSALS = "No rehearsals yet.";

function noticeOf(records: readonly RunRecord[]): Table {
  const notice = noticeAbove(records);
  return notice === undefined ? [] : [{ notice }];
}

function runParts(records: readonly RunRecord[]): Table {
  return [{ header: COLUMNS, rows: rowsOf(records) }, { sentences: [legendOf(records)] }];
}
