import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { RefbenchError } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { DEFAULT_WIDTH, type OutputFormat, type OutputSpec } from "../format/output-spec.ts";

/** The destination of results. */
export interface OutputTarget {
  readonly stdout: NodeJS.WritableStream & { readonly columns?: number | undefined };
  readonly cwd: string;
}

/** The destination of results, and what to do if writing fails. */
interface FormTarget extends OutputTarget {
  readonly next?: string;
}

/** Writes the result of one run in each requested format. */
export async function writeOutputs(
  record: RunRecord,
  outputs: readonly OutputSpec[],
  target: OutputTarget,
): Promise<void> {
  const { formatResult } = await import("../format-result.ts");
  const { runId } = record;
  await writeForms((format, width) => formatResult(record, format, width), outputs, {
    ...target,
    next: `the record of run ${runId} is kept: write it again with "refbench results show ${runId} --output …"`,
  });
}

/** Writes one result in each requested format. If one cannot be written, the others still are. */
export async function writeForms(
  form: (format: OutputFormat, width: number) => string,
  outputs: readonly OutputSpec[],
  { stdout, cwd, next = "free space or fix permissions, then repeat the command" }: FormTarget,
): Promise<void> {
  const failures: string[] = [];
  for (const { format, path } of outputs) {
    if (path === undefined) {
      stdout.write(form(format, widthOf(stdout)));
      continue;
    }
    const file = resolve(cwd, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, form(format, DEFAULT_WIDTH));
    } catch (error) {
      failures.push(`${file} (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  if (failures.length === 0) return;
  throw new RefbenchError("run_folder", `cannot write the result to ${failures.join(", ")}; ${next}`);
}

/** Returns the width of a terminal in columns, limited to a readable range. Other streams have no limit: nothing is wrapped. */
export function widthOf(stream: OutputTarget["stdout"]): number {
  return stream.columns === undefined ? Infinity : Math.min(160, Math.max(60, stream.columns));
}
