import { join } from "node:path";
import type { Bucket } from "../model/ports/bucket.ts";
import { messageOf } from "../tools/error.ts";
import { inTurns } from "../tools/time/in-turns.ts";
import { isLeaseHeld } from "../pipeline/lease/lease.ts";
import {
  keepFinalRecord,
  type MirroredRecord,
  mirroredRecordTexts,
} from "../pipeline/mirror/mirrored-records.ts";
import { mirroredState } from "../pipeline/mirror/mirrored-state.ts";
import type { Plan } from "../pipeline/folder/plan.ts";
import { RunFolder, runsRoot } from "../pipeline/folder/run-folder.ts";
import { findFinalRecord } from "../pipeline/record/run-record.ts";
import { findTwin } from "../composition/find-twin.ts";
import { tearDown } from "./runs.ts";
import { type RunOutcome, type TeardownReport, teardownOutcomeOf, teardownReport } from "./report.ts";
import { requestWholeTeardown, type RestoreOptions, restoreWhenFree } from "./restored-run.ts";

/** Reapers at the same time: each starts its own terraform. */
const AT_ONCE = 4;

export interface TearDownAllOptions extends RestoreOptions {
  readonly dryRun: boolean;
  /** How long the teardown of one run may take before it is left to its reaper. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Tears down every unfinished run in a bucket that no process works on. Throws if the bucket cannot be listed. A
 * problem with one run is the outcome of that run.
 */
export async function tearDownAll(bucket: Bucket, options: TearDownAllOptions): Promise<TeardownReport> {
  const runs = await mirroredRecordTexts(bucket);
  const outcomes = await inTurns(runs, AT_ONCE, (run) =>
    tearDownOne(run, bucket, options).catch((error: unknown): RunOutcome => {
      const { runId } = run;
      if (options.signal.aborted) return { runId, outcome: "left", reason: leftReason(runId, bucket) };
      if (isLeaseHeld(error)) return { runId, outcome: "skipped", reason: messageOf(error) };
      return { runId, outcome: "unfinished", reason: messageOf(error) };
    }),
  );
  const open = outcomes.filter((outcome) => outcome !== undefined);
  return teardownReport({
    mirror: bucket.url,
    dryRun: options.dryRun,
    finished: outcomes.length - open.length,
    runs: open,
  });
}

/** The outcome of one run; undefined if it was finished before. */
async function tearDownOne(
  run: MirroredRecord,
  bucket: Bucket,
  options: TearDownAllOptions,
): Promise<RunOutcome | undefined> {
  const { runId } = run;
  const { clock, cwd, env, dryRun, signal } = options;
  const reportLine = (line: string): void => options.reportLine(`run ${runId}: ${line}`);
  const state = await mirroredState(run, { bucket, clock });
  if (state.state === "finished") return undefined;
  if (state.state === "skipped") return { runId, outcome: "skipped", reason: state.reason };
  const elsewhere = await twinElsewhere(cwd, state.plan);
  if (elsewhere !== undefined) return { runId, outcome: "skipped", reason: elsewhere };
  if (dryRun && state.heldBy !== undefined)
    return { runId, outcome: "skipped", reason: `${state.heldBy} probably works on it` };
  if (dryRun) return { runId, outcome: "would-tear-down", reason: "no process works on it" };
  signal.throwIfAborted();
  const folder = await restoreWhenFree(bucket, runId, { cwd, env, clock, reportLine, signal });
  // The run may be finished on this machine while the bucket is not up to date.
  if ((await findFinalRecord(folder))?.teardown.state !== "clean") {
    await requestWholeTeardown(folder);
    const { problem } = await tearDown({ folder, adopted: true }, options);
    if (problem !== undefined) return { runId, outcome: "unfinished", reason: problem };
  }
  const final = await findFinalRecord(folder);
  if (final === undefined) return { runId, outcome: "unfinished", reason: "its record is not final" };
  await keepFinalRecord(bucket, folder, runId);
  return teardownOutcomeOf(final);
}

/** Why this machine cannot tear down a rehearsal; undefined if its twin is here, or for a real run. */
async function twinElsewhere(cwd: string, { runId, rehearsal }: Plan): Promise<string | undefined> {
  if (rehearsal === undefined) return undefined;
  try {
    await findTwin(new RunFolder(join(runsRoot(cwd), runId)), rehearsal);
    return undefined;
  } catch (error) {
    return `a rehearsal of another machine: ${messageOf(error)}`;
  }
}

function leftReason(runId: string, { url }: Bucket): string {
  return `its reaper continues on this machine; to tear down from another one: "refbench teardown ${runId} --from ${url}"`;
}
