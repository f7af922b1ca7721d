import type { Command } from "commander";
import type { Io } from "../../composition/settings/io.ts";
import { compareRecords } from "../../loads/engine/compare-records.ts";
import { writeComparison } from "../../loads/engine/write-comparison.ts";
import { listenForLoadInterrupts } from "../../loads/interrupts.ts";
import { writeKept } from "../../loads/keep-record.ts";
import { type EngineRun, planEngines } from "../../loads/plan-engines.ts";
import { readGranted } from "../../loads/observe/granted-places.ts";
import { chooseSsh } from "../../loads/prepare/choose-ssh.ts";
import type { Prepare, PreparedLoad } from "../../loads/prepare/prepare.ts";
import type { JobGenerator } from "../../loads/prepare/job-generator.ts";
import { type Reach, reachDeployment } from "../../loads/prepare/reach-deployment.ts";
import type { LoadFlags } from "../../loads/request/flags.ts";
import { refuseJobFlags } from "../../loads/request/job-flags.ts";
import { timeLimit } from "../../loads/request/time-limit.ts";
import { refuseUnsentTraces } from "../../loads/request/trace-flags.ts";
import { type KeptLoad, runEngines } from "../../loads/run-engines.ts";
import type { LoadRunner } from "../../model/ports/worker.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { newRunId, type RunId, run12 } from "../../model/run-id.ts";
import { exitCodeOf } from "../../pipeline/record/run-record.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { startDeadline } from "../../tools/time/deadline.ts";
import { EXIT_CODES, worst } from "../../tools/verdict.ts";
import { listUtilityThings } from "../../workload/coder-engine/find-made.ts";
import { planConnections } from "../../workload/coder-engine/plan-connections.ts";
import { progressReporter } from "../progress/progress-reporter.ts";
import { serveMetrics } from "../live-metrics/serve-metrics.ts";
import { writeDryRun } from "./dry-run.ts";
import { mayBegin } from "./may-begin.ts";
import type { GivenFlags } from "./options/given-flags.ts";
import { pasteable } from "./options/typed-command.ts";

/** A command whose flags were parsed, and where it prints. */
interface ParsedCommand {
  readonly io: Io;
  readonly command: Command;
}

/** One manual load, or one for each engine, from its flags to its exit code. */
export async function runLoadCommand(
  flags: LoadFlags,
  prepare: Prepare,
  { io, command, given }: ParsedCommand & { /** Its words, for the record. */ readonly given: GivenFlags },
): Promise<void> {
  refuseJobFlags(flags);
  refuseUnsentTraces(flags, io.env);
  const granted = await readGranted(flags, io);
  const runId = newRunId();
  const before = new AbortController();
  // The questions before the load share its timeout, so that a slow server ends them too.
  const looking = startDeadline(flags.timeout === 0 ? Infinity : flags.timeout, before.signal);
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- it releases the timer however this function ends
  using _released = { [Symbol.dispose]: looking.release };
  await using reach = await reachDeployment(flags, io, looking.signal);
  const ground = { runId, token: reach.caller.token, env: io.env };
  const prepared = await prepare(reach, ground, (look, isSshNeeded) =>
    chooseSsh(flags, reach.deployment, look, io.env, isSshNeeded),
  );
  const { look, task } = prepared;
  const isDefault = command.getOptionValueSource("timeout") === "default";
  const timed = { ...flags, timeout: timeLimit(flags.timeout, task, isDefault) };
  // A port that is taken is refused before anything exists.
  await using metrics = await serveMetrics(flags.metricsListen);
  const pods = await openPods(timed, io, prepared, runId);
  const observer = await openObserver(flags, io);
  const runs = await planRuns(flags, prepared, { reach, io, signal: before.signal, ownWorker: pods?.worker });
  const cleanup = pasteable(
    ...["scaletest", "cleanup", "--url", look.url, "--run", run12(task.prefix)],
    // The names that Coder's utility makes do not contain the run.
    ...(flags.engine === "refbench" ? [] : ["--coder-scaletest"]),
  );
  if (!mayBegin(prepared, flags, { io, command, cleanup, pods: pods?.plan })) {
    await writeDryRun(prepared, flags.output, { target: io, pods: pods?.plan });
    return;
  }
  looking.release();
  const size = task.existing === undefined ? task.template : "existing";
  metrics.describe({
    run: runId,
    architecture: "deployment",
    size,
    simulated: look.isEmulated ? "true" : "false",
  });
  const reporter = metrics.over(progressReporter(io));
  using interrupts = listenForLoadInterrupts((message) => reporter.writeLine(message), cleanup);
  const loads: KeptLoad[] = [];
  const means = {
    ...{ flags: timed, io, reach, interrupts, reporter, runId, look, cleanup, pods, granted, observer },
    given: given(io.env),
  };
  const ended = await Promise.race([runEngines(runs, loads, means), interrupts.left]).finally(() => {
    reporter.close();
    for (const { record, kept } of loads) io.stderr.write(`${endText(record, { cleanup, kept })}\n`);
  });
  if (ended === "left") io.exit(EXIT_CODES.unverified);
  else await writeLoads(loads, flags.output, io);
}

/** The pods that make the load; undefined where this machine makes it. */
async function openPods(
  flags: LoadFlags,
  io: Io,
  { task }: PreparedLoad,
  runId: RunId,
): Promise<JobGenerator | undefined> {
  if (flags.runner === "local") return undefined;
  const { openJobGenerator } = await import("../../loads/prepare/job-generator.ts");
  return openJobGenerator(flags, io, { runId, task });
}

/** Observes Coder's namespace in its cluster; undefined where nobody named it. */
async function openObserver(flags: LoadFlags, io: Io) {
  if (flags.coderNamespace === undefined) return undefined;
  const { openClusterObserver } = await import("../../loads/prepare/cluster-observer.ts");
  return openClusterObserver(flags, io);
}

/** The loads of the chosen engines. What Coder's utility cannot do is refused before anything is created. */
async function planRuns(
  { engine, coderBinary }: LoadFlags,
  { task }: PreparedLoad,
  {
    reach,
    io,
    signal,
    ownWorker,
  }: {
    readonly reach: Reach;
    readonly io: Io;
    readonly signal: AbortSignal;
    readonly ownWorker: LoadRunner | undefined;
  },
): Promise<readonly EngineRun[]> {
  const runs = await planEngines(engine, task, { coderBinary, env: io.env, signal, ownWorker });
  if (engine !== "refbench") planConnections(task, await listUtilityThings(reach.caller.client));
  return runs;
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

/** How a load ended, for a reader whose results go into files. */
function endText(
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
