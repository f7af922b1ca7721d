import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { messageOf, RefbenchError } from "../tools/error.ts";
import type { RunRecord } from "../model/record/record.ts";
import { resultsJson } from "../results/history/json.ts";
import type { OutputSpec } from "../results/format/output-spec.ts";
import { writeOutputs } from "../results/output/outputs.ts";
import { loadFolder } from "./trace-load.ts";
import type { Io } from "../composition/settings/io.ts";

/** Writes the record into the working directory, so that a failed output does not lose it. Returns the file, or undefined. */
export async function keepRecord(record: RunRecord, io: Io): Promise<string | undefined> {
  const file = join(loadFolder(io, record.runId), "record.json");
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, resultsJson(record), { flag: "wx" });
    return file;
  } catch (error) {
    io.stderr.write(`refbench: the record cannot be kept in ${file}: ${messageOf(error)}\n`);
    return undefined;
  }
}

/** Writes the requested outputs, after the cleanup. */
export async function writeKept(
  record: RunRecord,
  outputs: readonly OutputSpec[],
  { io, kept }: { readonly io: Io; readonly kept: string | undefined },
): Promise<void> {
  try {
    await writeOutputs(record, outputs, io);
  } catch (error) {
    if (kept === undefined) throw error;
    const [what = ""] = messageOf(error).split(";");
    throw new RefbenchError("run_folder", `${what}; the record is kept in ${kept}`, { cause: error });
  }
}
