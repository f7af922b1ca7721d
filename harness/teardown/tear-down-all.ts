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
import { requestWholeTeardown, type RestoreOptions, restoredRun } from "./restored-run.ts";

/** Reapers at once: each has a terraform of its own. */
const AT_ONCE = 4;

export interface TearDownAllOptions extends RestoreOptions {
  readonly dryRun: boolean;
  /** How long the teardown of one run may take before it is left to its reaper. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Ends every run that a bucket holds, that is not finished and that nobody works on. Throws when the bucket cannot be
 * listed; what goes wrong with one run is its own outcome.
 */
export async function tearDownAll(bucket: Bucket, options: TearDownAllOptions): Promise<TeardownReport> {
  const runs = await mirroredRecordTexts(bucket);
  const outcomes = await inTurns(runs, AT_ONCE, (run) =>
    oneOf(run, bucket, options).catch((error: unknown): RunOutcome => {
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

/** What became of one run; undefined when it was finished before. */
async function oneOf(
  run: MirroredRecord,
  bucket: Bucket,
  options: TearDownAllOptions,
): Promise<RunOutcome | undefined> {
  const { runId } = run;
  const { clock, cwd, env, dryRun, signal } = options;
  const tell = (line: string): void => options.tell(`run ${runId}: ${line}`);
  const state = await mirroredState(run, { bucket, clock });
  if (state.state === "finished") return undefined;
  if (state.state === "skipped") return { runId, outcome: "skipped", reason: state.reason };
  const elsewhere = await twinElsewhere(cwd, state.plan);
  if (elsewhere !== undefined) return { runId, outcome: "skipped", reason: elsewhere };
  if (dryRun && state.heldBy !== undefined)
    return { runId, outcome: "skipped", reason: `${state.heldBy} is believed to work on it` };
  if (dryRun) return { runId, outcome: "would-tear-down", reason: "nobody works on it" };
  signal.throwIfAborted();
  const folder = await restoredRun(bucket, runId, { cwd, env, clock, tell, signal });
  // What this machine had of it may be finished, and only the bucket behind.
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

/** Why a rehearsal is no affair of this machine's; undefined when its twin is here, or when it is a real run. */
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
  return `its reaper goes on while this machine lives; anywhere else: "refbench teardown ${runId} --from ${url}"`;
}
