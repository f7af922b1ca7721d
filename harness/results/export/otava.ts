import { stringify } from "csv-stringify/sync";
import type { RunRecord } from "../../model/record/record.ts";
import { RefbenchError } from "../../tools/error.ts";
import { oneLine } from "../../tools/safe-text.ts";
import { describeRun, sizeName } from "./described-run.ts";
import { exportedFigures } from "./exported-figures.ts";

/**
 * The records of one size as the CSV file that Apache Otava imports: a row for each run, oldest first, and a column
 * for each figure that every one of them has, because Otava accepts no empty cell. Throws `usage` for several sizes.
 */
export function toOtava(records: readonly RunRecord[]): string {
  const sizes = [...new Set(records.map(sizeName))].sort();
  if (sizes.length > 1)
    throw new RefbenchError(
      "usage",
      `otava compares the runs of one size, and these are of ${sizes.join(", ")}: choose one with --architecture and --size`,
    );
  const rows = records
    .filter(({ measurements }) => measurements !== undefined)
    .map((record) => ({
      record,
      figures: new Map(exportedFigures(record).map((each) => [each.name, each.value])),
    }));
  const [first, ...others] = rows;
  const shared = [...(first?.figures.keys() ?? [])].filter((name) =>
    others.every(({ figures }) => figures.has(name)),
  );
  const table = rows.map(({ record, figures }) => {
    const { run, coder_version: version, simulated } = describeRun(record);
    const { commit = "" } = record.provenance.refbench;
    const attributes = {
      time: record.startedAt,
      run,
      coder_version: oneLine(version),
      commit: oneLine(commit),
      simulated,
    };
    return { ...attributes, ...Object.fromEntries(shared.map((name) => [name, figures.get(name)])) };
  });
  return stringify(table, {
    header: true,
    columns: ["time", "run", "coder_version", "commit", "simulated", ...shared],
  });
}
