import { stringify } from "csv-stringify/sync";
import type { RunRecord } from "../../model/record/record.ts";
import { oneLine } from "../../tools/safe-text.ts";
import { describeRun, describeRunNetwork, NETWORK_COLUMNS } from "./described-run.ts";
import { exportedFigures } from "./exported-figures.ts";
import { exportedSeries } from "./exported-series.ts";

const COLUMNS = [
  "run",
  "started_at",
  "architecture",
  "size",
  "coder_version",
  "simulated",
  "verdict",
  ...NETWORK_COLUMNS,
  "kind",
  "name",
  "of",
  "at",
  "unit",
  "value",
  "note",
] as const;

/** A part of the columns of one row. */
type Row = Partial<Record<(typeof COLUMNS)[number], string | number>>;

/**
 * Every figure, objective and series of the records as one table with a row for each value: it needs no knowledge of
 * refbench to be filtered or pivoted. Text that a spreadsheet would take for a formula begins with an apostrophe.
 */
export function toCsv(records: readonly RunRecord[]): string {
  const rows = records.flatMap((record) => {
    const run = { ...describeRun(record), ...describeRunNetwork(record), started_at: record.startedAt };
    return rowsOf(record).map((row): Row => ({ ...run, ...row }));
  });
  return stringify(rows.map(safeRow), {
    header: true,
    columns: [...COLUMNS],
    record_delimiter: "windows",
    escape_formulas: true,
  });
}

function rowsOf(record: RunRecord): readonly Row[] {
  return [
    ...exportedFigures(record).map(({ name, unit, value, isAtLeast }): Row => {
      return { kind: "figure", name, unit, value, ...(isAtLeast === true && { note: "at least" }) };
    }),
    ...record.objectives.map(({ name, unit = "", value, met, judged }): Row => {
      const note = judged === false ? "not judged" : met ? "met" : "missed";
      return { kind: "objective", name, unit, ...(value === undefined ? {} : { value }), note };
    }),
    ...exportedSeries(record).flatMap(({ name, of, unit, points }) =>
      points.map(([atMs, value]): Row => {
        return { kind: "series", name, of, at: new Date(atMs).toISOString(), unit, value };
      }),
    ),
  ];
}

/** Without line breaks and control characters, which many readers of CSV do not expect. */
function safeRow(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      typeof value === "string" ? oneLine(value) : value,
    ]),
  );
}
