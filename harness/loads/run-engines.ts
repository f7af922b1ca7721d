import type { Io } from "../composition/settings/io.ts";
import type { Observer } from "../model/ports/observer.ts";
import type { Reporter } from "../model/ports/event.ts";
import type { RunRecord } from "../model/record/record.ts";
import { newRunId, type RunId } from "../model/run-id.ts";
import { systemClock } from "../tools/time/clock.ts";
import type { DeploymentLook } from "../workload/checks/guard-look.ts";
import { markEngineRecord } from "./engine/engine-record.ts";
import type { LoadInterrupts } from "./interrupts.ts";
import { keepRecord } from "./keep-record.ts";
import { observedWorker } from "./observed-worker.ts";
import type { EngineRun } from "./plan-engines.ts";
import type { Granted } from "./observe/granted-places.ts";
import type { JobGenerator } from "./prepare/job-generator.ts";
import type { Reach } from "./prepare/reach-deployment.ts";
import { buildLoadRecord } from "./record.ts";
import type { LoadFlags } from "./request/flags.ts";
import { tracedTask } from "./request/trace-flags.ts";
import { traceLoad } from "./trace-load.ts";
import { type LoadOutcome, runLoadByHand } from "./run-load.ts";

/** The record of a load, and the file that keeps it. */
export interface KeptLoad {
  readonly record: RunRecord;
  /** Undefined where it could not be written. */
  readonly kept: string | undefined;
}

/** The parts that the loads of one command share. */
interface LoadsMeans {
  readonly flags: LoadFlags;
  readonly io: Io;
  readonly reach: Reach;
  readonly interrupts: LoadInterrupts;
  readonly reporter: Reporter;
  /** The id of the first load; a further one gets its own. */
  readonly runId: RunId;
  readonly look: DeploymentLook;
  /** The command that deletes what the loads made. */
  readonly cleanup: string;
  /** The pods that make the loads of refbench's own engine. @default this machine makes them */
  readonly pods?: JobGenerator | undefined;
  /** What the loads may observe, and what the user did not grant. */
  readonly granted: Granted;
  /** Observes the deployment from this machine. @default nobody does */
  readonly observer?: Required<Pick<Observer, "start">> | undefined;
  /** The command's words, for the records. */
  readonly given: readonly string[];
}

/** Runs the loads one after the other until they are stopped, and adds the record of each to `loads`. */
export async function runEngines(
  runs: readonly EngineRun[],
  loads: KeptLoad[],
  means: LoadsMeans,
): Promise<void> {
  const { flags, io, reach, interrupts, reporter, runId, look, cleanup, given, pods, granted, observer } =
    means;
  const observe = granted.places.length === 0 ? {} : { observe: { places: [...granted.places] } };
  for (const run of runs) {
    const id = loads.length === 0 ? runId : newRunId();
    const task = { ...tracedTask(run.task, id, flags), ...observe };
    const load = await runLoadByHand(task, {
      worker:
        observer === undefined
          ? run.worker(interrupts.leave)
          : observedWorker(run.worker(interrupts.leave), observer),
      interrupts,
      reporter,
      clock: systemClock,
      callerWith: (signal) => reach.callerWith(signal),
      timeoutMs: flags.timeout,
      cleanupTimeoutMs: flags.cleanupTimeout,
      cleanupJobTimeoutMs: flags.cleanupJobTimeout,
    });
    const outcome = pods === undefined ? load : addLeft(load, pods.left());
    const ground = {
      runId: id,
      task,
      look,
      maxFailures: flags.maxFailures,
      given,
      cleanup,
      unseen: granted.unseen,
      generator: await pods?.conditions(),
    };
    const built = markEngineRecord(await buildLoadRecord(outcome, ground));
    const record = await traceLoad(built, outcome.result ?? {}, io);
    // Kept at once: a second load that fails must not lose what the first found.
    loads.push({ record, kept: await keepRecord(record, io) });
    if (interrupts.stop.aborted) break;
  }
}

/** Adds what is left of a load's pods to what is left of the load. */
function addLeft(outcome: LoadOutcome, left: readonly string[]): LoadOutcome {
  const { cleanup } = outcome;
  if (left.length === 0 || cleanup.state === "failed") return outcome;
  const endedMs = cleanup.state === "done" ? cleanup.endedMs : outcome.endedMs;
  return {
    ...outcome,
    cleanup: { state: "failed", reason: `of the load's pods: ${left.join("; ")}`, endedMs },
  };
}
