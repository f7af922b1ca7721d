import { chmod, rename } from "node:fs/promises";
import { join } from "node:path";
import { storedRecord } from "../../model/record/migrate-record.ts";
import { failsRun } from "../../model/record/objective-words.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { salvageJson, writeJson } from "../../tools/files/json-file.ts";
import { EXIT_CODES } from "../../tools/verdict.ts";
import type { StageContext } from "../context/context.ts";
import { findRequest } from "../folder/request.ts";
import type { RunFolder } from "../folder/run-folder.ts";
import { buildRecord } from "./build-record.ts";
import { readTeardown } from "./read-teardown.ts";
import { withTraces } from "./record-traces.ts";
import { readMeasurements } from "./stage-results.ts";

/** Writes a record with what is known so far, `teardown: pending`. */
export async function writePendingRecord(context: StageContext): Promise<void> {
  await writeJson(context.folder.record, await buildRecord(context, { state: "pending" }));
}

/** Writes the final record, after the audit. It is not written again. */
export async function writeFinalRecord(context: StageContext): Promise<RunRecord> {
  const record = await withTraces(context, await buildRecord(context, await readTeardown(context)));
  await setAsideFinal(context.folder);
  await writeJson(context.folder.record, record);
  await chmod(context.folder.record, 0o444);
  return record;
}

/**
 * The final record, or undefined before it exists. Also undefined while another teardown is requested, for
 * example after an audit that found something or got no answer.
 */
export async function findFinalRecord(folder: RunFolder): Promise<RunRecord | undefined> {
  const record = await salvageJson(folder.record, storedRecord);
  if (record === undefined || record.verdict === "pending") return undefined;
  return (await findRequest(folder)) === undefined ? record : undefined;
}

/** Keeps an earlier final record beside the one that replaces it. */
async function setAsideFinal(folder: RunFolder): Promise<void> {
  const earlier = await salvageJson(folder.record, storedRecord);
  if (earlier?.finishedAt === undefined) return;
  await rename(folder.record, join(folder.path, `record-${earlier.finishedAt.replaceAll(":", "")}.json`));
}

/** The exit code for a record. */
export function exitCodeOf(record: RunRecord): number {
  return record.verdict === "pending" ? EXIT_CODES["handed-over"] : EXIT_CODES[record.verdict];
}

/** Whether everything was measured and met the size's objectives. */
export async function objectivesMet(context: StageContext): Promise<boolean> {
  const { plan, ports } = context;
  const { measured } = await readMeasurements(context);
  return !ports.judge(plan.objectives, measured).some(failsRun);
}
