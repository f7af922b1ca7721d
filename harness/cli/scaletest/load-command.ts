import type { Reporter } from "../../model/ports/event.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { type EngineRun, planEngines } from "../../loads/plan-engines.ts";
import { type LoadInterrupts, listenForLoadInterrupts } from "../../loads/interrupts.ts";
import { type RunId, newRunId, run12 } from "../../model/run-id.ts";
import { type PreparedLoad, mayBegin } from "./may-begin.ts";
import { writeDryRun } from "./dry-run.ts";
import type { Command } from "commander";
import { startDeadline } from "../../tools/time/deadline.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { EXIT_CODES, worst } from "../../tools/verdict.ts";
import { exitCodeOf } from "../../pipeline/record/run-record.ts";
import { listUtilityThings } from "../../workload/coder-engine/find-made.ts";
import { planConnections } from "../../workload/coder-engine/plan-connections.ts";
import type { DeploymentLook } from "../../workload/checks/guard-look.ts";
import { compareRecords } from "../../loads/engine/compare-records.ts";
import { engineRecord } from "../../loads/engine/engine-record.ts";
import { writeComparison } from "../../loads/engine/write-comparison.ts";
import type { Io } from "../../composition/settings/io.ts";
import { progressReporter } from "../progress/progress-reporter.ts";
import type { GivenFlags } from "./options/given-flags.ts";
import { keepRecord, writeKept } from "../../loads/keep-record.ts";
import type { LoadFlags } from "./options/load-options.ts";
import type { TaskGround } from "./load-task.ts";
import { type Reach, reachDeployment } from "./reach.ts";
import { recordOfLoad } from "../../loads/record.ts";
import { runLoadByHand } from "../../loads/run-load.ts";
import { chooseSsh } from "./ssh.ts";
import { pasteable } from "./options/typed-command.ts";

/** Finds what the load needs on the deployment and refuses what it would refuse. */
export type Prepare = (
  reach: Reach,
  ground: Omit<TaskGround, "deployment" | "organizationId" | "sharesMachine">,
  chooseDeployment: (look: DeploymentLook) => Promise<Pick<TaskGround, "deployment" | "sharesMachine">>,
) => Promise<PreparedLoad>;

/** One load by hand from its flags to its exit code: look, say, guard, load, clean up, write. */
export async function loadByHand(
  flags: LoadFlags,
  prepare: Prepare,
  io: Io,
  {
    command,
    given,
  }: { readonly command: Command; /** Its words, for the record. */ readonly given: GivenFlags },
): Promise<void> {
  const { output: outputs } = flags;
  const runId = newRunId();
  const before = new AbortController();
  // What is asked before the load has the load's own time: a server that trickles ends neither.
  const looking = startDeadline(flags.timeout === 0 ? Infinity : flags.timeout, before.signal);
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- it releases the timer however this function ends
  using _released = { [Symbol.dispose]: looking.release };
  await using reach = await reachDeployment(flags, io, looking.signal);
  const { look, task, notes } = await prepare(
    reach,
    { runId, token: reach.caller.token, env: io.env },
    async (seen) => chooseSsh(flags, reach.deployment, seen, io.env),
  );
  const runs = await planEngines(flags.engine, task, {
    coderBinary: flags.coderBinary,
    env: io.env,
    signal: before.signal,
  });
  if (flags.engine !== "refbench") planConnections(task, await listUtilityThings(reach.caller.client));
  const cleanup = pasteable(
    ...["scaletest", "cleanup", "--url", look.url, "--run", run12(task.prefix)],
    // Its names tell no run.
    ...(flags.engine === "refbench" ? [] : ["--coder-scaletest"]),
  );
  if (!mayBegin({ look, task, notes }, flags, { io, command, cleanup })) {
    await writeDryRun({ look, task }, outputs, io);
    return;
  }
  looking.release();
  const reporter = progressReporter(io);
  using interrupts = listenForLoadInterrupts((message) => reporter.say(message), cleanup);
  const loads: KeptLoad[] = [];
  const whole = runEach(runs, loads, { flags, io, reach, interrupts, reporter, runId, look, cleanup, given });
  const ended = await Promise.race([whole, interrupts.left]).finally(() => {
    reporter.close();
    for (const { record, kept } of loads) io.stderr.write(`${endWords(record, { cleanup, kept })}\n`);
  });
  if (ended === "left") io.exit(EXIT_CODES.unverified);
  else await writeLoads(loads, outputs, io);
}

/** The record of a load, and the file that keeps it. */
interface KeptLoad {
  readonly record: RunRecord;
  readonly kept: string | undefined;
}

/** Runs the loads one after the other until they are stopped, and adds the record of each to `loads`. */
async function runEach(
  runs: readonly EngineRun[],
  loads: KeptLoad[],
  means: {
    readonly flags: LoadFlags;
    readonly io: Io;
    readonly reach: Reach;
    readonly interrupts: LoadInterrupts;
    readonly reporter: Reporter;
    readonly runId: RunId;
    readonly look: DeploymentLook;
    readonly cleanup: string;
    readonly given: GivenFlags;
  },
): Promise<void> {
  const { flags, io, reach, interrupts, reporter, runId, look, cleanup, given } = means;
  for (const run of runs) {
    const outcome = await runLoadByHand(run.task, {
      worker: run.worker(interrupts.leave),
      interrupts,
      reporter,
      clock: systemClock,
      callerWith: (signal) => reach.callerWith(signal),
      timeoutMs: flags.timeout,
      cleanupTimeoutMs: flags.cleanupTimeout,
      cleanupJobTimeoutMs: flags.cleanupJobTimeout,
    });
    const ground = {
      runId: loads.length === 0 ? runId : newRunId(),
      task: run.task,
      look,
      maxFailures: flags.maxFailures,
      given: given(io.env),
      cleanup,
    };
    const record = engineRecord(await recordOfLoad(outcome, ground));
    // At once: a second load that cannot be made must not take what the first found with it.
    loads.push({ record, kept: await keepRecord(record, io) });
    if (interrupts.stop.aborted) break;
  }
}

/** Sets the exit code, and writes the result of one load or the comparison of two. */
async function writeLoads(
  [first, second]: readonly KeptLoad[],
  outputs: readonly OutputSpec[],
  io: Io,
): Promise<void> {
  if (first === undefined) {
    io.exit(EXIT_CODES[worst([])]);
    return;
  }
  if (second === undefined) {
    io.exit(exitCodeOf(first.record));
    await writeKept(first.record, outputs, { io, kept: first.kept });
    return;
  }
  const codes = [first, second].map(({ record }) => record.verdict).filter((one) => one !== "pending");
  io.exit(EXIT_CODES[worst(codes)]);
  await writeComparison(compareRecords(first.record, second.record), outputs, io);
}

/** How it ended, for a reader whose results go into files. */
function endWords(
  record: RunRecord,
  { cleanup, kept }: { readonly cleanup: string; readonly kept: string | undefined },
): string {
  const left = {
    pending: `what was made stays until\n  ${cleanup}`,
    clean: "nothing is left",
    leaked: `something is left; try again with\n  ${cleanup}`,
    unverified: `what is left is not known; delete it with\n  ${cleanup}`,
  };
  const where = kept === undefined ? "" : `\nits record is ${kept}`;
  return `finished: ${record.verdict} (exit code ${exitCodeOf(record)}), ${left[record.teardown.state]}${where}`;
}

/** Refuses to make users with a session that may not. */
export function requireOwner({ caller }: Reach, isHost: boolean): void {
  if (caller.isOwner || isHost) return;
  throw new RefbenchError(
    "usage",
    `${caller.user.username} is no owner, and a load makes users and deletes them again: log in as an owner, or let all workspaces be your own (--use-host-login)`,
  );
}
