import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { RefbenchError } from "../model/error.ts";
import type { RunRecord } from "../model/record.ts";
import { resultsJson } from "./json.ts";
import { resultMarkdown } from "./markdown.ts";
import type { OutputFormat, OutputSpec } from "./output-spec.ts";
import { resultsText } from "./text.ts";

/** What a terminal that does not say its width is taken to have, and every file. */
export const DEFAULT_WIDTH = 80;

/** Where results go. */
export interface OutputTarget {
  readonly stdout: NodeJS.WritableStream & { readonly columns?: number | undefined };
  readonly cwd: string;
}

/** The result of one run in one form. */
export function formatResult(record: RunRecord, format: OutputFormat, width = DEFAULT_WIDTH): string {
  switch (format) {
    case "text":
      return resultsText(record, width);
    case "json":
      return resultsJson(record);
    case "markdown":
      return resultMarkdown(record);
  }
}

/** Writes the result of one run in each form that was asked for. */
export async function writeOutputs(
  record: RunRecord,
  outputs: readonly OutputSpec[],
  target: OutputTarget,
): Promise<void> {
  const failures: string[] = [];
  for (const { format, path } of outputs) {
    if (path === undefined) {
      target.stdout.write(formatResult(record, format, widthOf(target.stdout)));
      continue;
    }
    const file = resolve(target.cwd, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, formatResult(record, format));
    } catch (error) {
      failures.push(`${file} (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  if (failures.length === 0) return;
  throw new RefbenchError(
    "run_folder",
    `cannot write the result to ${failures.join(", ")}; the record of run ${record.runId} is kept: write it again with "refbench results show ${record.runId} --output …"`,
  );
}

/** Columns of a terminal, within what a line of prose is good for. */
export function widthOf(stream: OutputTarget["stdout"]): number {
  return Math.min(160, Math.max(60, stream.columns ?? DEFAULT_WIDTH));
}
