import type { RunRecord } from "../../model/record/record.ts";

/** The forms of `refbench results export`. */
export const EXPORT_FORMATS = ["csv", "openmetrics", "junit", "bmf", "benchmark-action", "otava"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Forms that hold one run: of several records they take the newest. */
export const ONE_RUN_FORMATS: ReadonlySet<ExportFormat> = new Set(["bmf", "benchmark-action"]);

/** Records, oldest first, in the form of another program. Throws `usage` where that form cannot hold them. */
export async function exportRecords(
  format: ExportFormat,
  records: readonly [RunRecord, ...RunRecord[]],
): Promise<string> {
  const newest = records.at(-1) ?? records[0];
  switch (format) {
    case "csv":
      return (await import("./csv.ts")).toCsv(records);
    case "openmetrics":
      return (await import("./openmetrics.ts")).toOpenMetrics(records);
    case "junit":
      return (await import("./junit.ts")).toJunit(records);
    case "bmf":
      return (await import("./bmf.ts")).toBmf(newest);
    case "benchmark-action":
      return (await import("./benchmark-action.ts")).toBenchmarkAction(newest);
    case "otava":
      return (await import("./otava.ts")).toOtava(records);
  }
}
