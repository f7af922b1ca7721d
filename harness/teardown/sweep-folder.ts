import { systemClock } from "../tools/time/clock.ts";
import { steadyClock } from "../tools/time/moment.ts";
import { messageOf } from "../tools/error.ts";
import { run12 } from "../model/run-id.ts";
import { sweepByDiscovery, type Discovery } from "../inventory/sweep/discover.ts";
import { beat } from "../inventory/sweep/heartbeat.ts";
import type { SweepPorts, SweepQuestion } from "../inventory/sweep/question.ts";
import { sweepReport, type RunTornDown, type SweepReport } from "../inventory/sweep/report.ts";
import { adoptOrphans } from "../pipeline/driver/adopt.ts";
import type { Io } from "../composition/settings/io.ts";
import { spawnReaper } from "../composition/spawn-reaper.ts";
import { listManualRuns, SweepFolder } from "./folder.ts";
import { runStates, tearDownDue } from "./runs.ts";
import type { ChosenTargets, GuardedTarget } from "./targets.ts";

export interface SweepTask extends ChosenTargets {
  readonly question: SweepQuestion;
  /** Time limit for the teardown of one run. */
  readonly waitMs: number;
}

interface Surroundings {
  readonly io: Io;
  readonly reportLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Sweeps one folder: tears down its runs that are due, then searches each target. Never throws: problems are in
 * the report.
 */
export async function sweepFolder(task: SweepTask, surroundings: Surroundings): Promise<SweepReport> {
  const { io, reportLine, signal } = surroundings;
  const { simulated, question, waitMs } = task;
  const { dryRun, runId } = question;
  const clock = steadyClock(systemClock);
  const startedMs = clock.now();
  const problems: string[] = [];
  const discoveries: Discovery[] = [];
  let runs: readonly RunTornDown[] = [];
  try {
    runs = await tearDownDue(io.cwd, { runId, dryRun, waitMs, reportLine, signal });
    if (!dryRun && runId === undefined) {
      const notes = await adoptOrphans(io.cwd, { clock: systemClock, spawnReaper });
      notes.forEach(reportLine);
    }
    if (runId !== undefined && (await runStates(io.cwd)).get(run12(runId)) === "living") {
      problems.push(
        `run ${runId} is in progress and was not touched: end it with "refbench teardown ${runId}"`,
      );
    }
    await discover(task, surroundings, discoveries);
  } catch (error) {
    problems.push(messageOf(error));
  }
  const report = sweepReport({
    simulated,
    dryRun,
    startedMs,
    finishedMs: clock.now(),
    runs,
    discoveries,
    problems,
  });
  if (dryRun) return report;
  const unsaved = await saveBeat(task, report, discoveries, io.cwd);
  return unsaved === undefined
    ? report
    : { ...report, outcome: "could-not", problems: [...report.problems, unsaved] };
}

async function discover(
  { targets, question }: SweepTask,
  { io, reportLine, signal }: Surroundings,
  discoveries: Discovery[],
): Promise<void> {
  const folder = new SweepFolder(io.cwd, systemClock);
  const ports: Omit<SweepPorts, "checkLease"> = {
    clock: systemClock,
    runs: () => runStates(io.cwd),
    manualRuns: await listManualRuns(io.cwd, io.env),
    loadLedger: () => folder.loadLedger(reportLine),
    // Ages are a convenience: a full disk must not prevent a removal.
    saveLedger: (ledger) => folder.saveLedger(ledger).catch((error: unknown) => reportLine(messageOf(error))),
    reportLine,
  };
  const sweepAll = async (checkLease: () => Promise<void>): Promise<void> => {
    for (const target of targets) {
      discoveries.push(await sweepTarget(target, question, { ...ports, checkLease }, signal));
    }
  };
  await folder.alone(sweepAll, { reportLine, signal });
}

async function sweepTarget(
  target: GuardedTarget,
  question: SweepQuestion,
  ports: SweepPorts,
  signal: AbortSignal,
): Promise<Discovery> {
  const answer = await target.marker(signal);
  if (answer.state === "refused") {
    return { target: target.name, scope: target.name, items: [], problems: [answer.reason] };
  }
  return sweepByDiscovery(target, question, ports, signal);
}

/** Stores the heartbeat of this pass. Returns why that failed. */
async function saveBeat(
  { targets, question }: SweepTask,
  { scope, outcome, runs }: SweepReport,
  discoveries: readonly Discovery[],
  cwd: string,
): Promise<string | undefined> {
  const folder = new SweepFolder(cwd, systemClock);
  const isDone = ({ items, problems }: Discovery): boolean =>
    problems.length === 0 && items.every(({ action }) => action !== "left");
  // A pass over one run, or beside a run that is not torn down yet, is not a complete pass.
  const isWhole = question.runId === undefined && runs.every(({ teardown }) => teardown !== "unfinished");
  try {
    const pass = {
      nowMs: systemClock.now(),
      scope: scope === "" ? targets.map(({ name }) => name).join("; ") : scope,
      outcome,
      complete: isWhole ? discoveries.filter(isDone).map(({ target }) => target) : [],
    };
    await folder.saveHeartbeat(beat(await folder.findHeartbeat(), pass));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
