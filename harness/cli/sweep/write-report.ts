import { jsonText } from "../../tools/safe-text.ts";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { messageOf } from "../../tools/error.ts";
import type { SweepReport } from "../../inventory/sweep/report.ts";
import { sweepText } from "../../inventory/sweep/report-text.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import type { Io } from "../../composition/settings/io.ts";

/** Writes a sweep's report in each form asked for. One that cannot be written does not change what was swept. */
export async function writeSweepReport(
  report: SweepReport,
  outputs: readonly OutputSpec[],
  io: Pick<Io, "stdout" | "stderr" | "cwd">,
): Promise<void> {
  for (const { format, path } of outputs) {
    const text = format === "json" ? jsonText(report) : sweepText(report);
    if (path === undefined) {
      io.stdout.write(text);
      continue;
    }
    const file = resolve(io.cwd, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    } catch (error) {
      io.stderr.write(`refbench: the report could not be written to ${file}: ${messageOf(error)}\n`);
    }
  }
}
