import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Io } from "../composition/settings/io.ts";
import type { RunRecord } from "../model/record/record.ts";
import type { LoadResult } from "../model/record/worker-result.ts";

/** The folder of a manual load, for its record and its spans. */
export function loadFolder(io: Pick<Io, "cwd">, runId: string): string {
  return join(io.cwd, ".refbench", "scaletest", runId);
}

/** Keeps the spans of a load beside its record, and returns the record with what became of them. Never throws. */
export async function traceLoad(
  record: RunRecord,
  { traced: workspaces = [] }: Pick<LoadResult, "traced">,
  io: Io,
): Promise<RunRecord> {
  const folder = loadFolder(io, record.runId);
  // Where the folder cannot be made, the spans say so, and so does the record.
  await mkdir(folder, { recursive: true }).catch(() => undefined);
  // OpenTelemetry's SDK is loaded where spans are made, at the end of a load.
  const { keepTraces } = await import("../results/traces/keep-traces.ts");
  return { ...record, traces: await keepTraces({ record, workspaces }, { folder, env: io.env }) };
}
