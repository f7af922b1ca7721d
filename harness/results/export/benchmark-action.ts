import type { RunRecord } from "../../model/record/record.ts";
import { describeRun, sizeName } from "./described-run.ts";
import { exportedFigures } from "./exported-figures.ts";

/**
 * One record for github-action-benchmark with `tool: customSmallerIsBetter`. It compares all figures of a file in one
 * direction, so the file has latencies, failures and costs, but not counts of what succeeded.
 */
export function toBenchmarkAction(record: RunRecord): string {
  const { run, coder_version: version } = describeRun(record);
  const entries = exportedFigures(record)
    .filter(({ better }) => better === "smaller")
    .map(({ name, unit, value, isAtLeast, words }) => ({
      name: `${sizeName(record)} ${name}`,
      unit,
      value,
      extra: [
        words,
        `run ${run}`,
        `Coder ${version === "" ? "of an unknown version" : version}`,
        ...(isAtLeast === true ? ["at least: it falls among failed attempts"] : []),
      ].join("\n"),
    }));
  return `${JSON.stringify(entries, null, 2)}\n`;
}
