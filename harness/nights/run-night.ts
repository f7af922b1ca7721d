import { messageOf } from "../tools/error.ts";
import { steadyClock } from "../tools/time/moment.ts";
import { EXIT_CODES, type Verdict, worst } from "../tools/verdict.ts";
import { type CanaryPorts, sortByRequest, addCanaries } from "./canaries.ts";
import { type EarlierPorts, endEarlierNights, recordEarlierNights } from "./earlier-nights.ts";
import { measureSize, type MeasureSizePorts, type Signals } from "./measure-size.ts";
import { chooseBudget, type EstimateSize, sumSpent, findUnaffordable } from "./money.ts";
import { type LogPorts, NightLog } from "./night-log.ts";
import { NightProgress } from "./night-progress.ts";
import { NightSteps } from "./night-steps.ts";
import { NightTime } from "./night-time.ts";
import type { Night, NightRun } from "./night.ts";
import { type NightRequest, preflightArguments, publishSteps, sweepFlags } from "./request.ts";
import { formatSize, type SizeName } from "./sizes.ts";
import { STEP_KINDS, type StepKind } from "./step-kind.ts";

/** The ports of a night. */
export interface NightPorts extends MeasureSizePorts, LogPorts, CanaryPorts, EarlierPorts {
  readonly estimateSize: EstimateSize;
}

const STOPPED = { verdict: "interrupted", reason: "the night was stopped before this run" } as const;

/**
 * Runs one night: tears down what earlier nights left, makes all preflights before anything is created, and measures
 * each size in a separate run. In any case it then sweeps, publishes and returns the summary.
 */
export async function runNight(request: NightRequest, given: NightPorts, signals: Signals): Promise<Night> {
  const ports = { ...given, clock: steadyClock(given.clock) };
  const earlier = await ports.earlier();
  const time = new NightTime(request, ports.clock);
  const log = new NightLog(
    {
      schemaVersion: 1,
      night: request.night,
      simulated: request.rehearse,
      startedAt: new Date(ports.clock.now()).toISOString(),
      ...(request.coderVersion === undefined ? {} : { coderVersion: request.coderVersion.version }),
      ...(request.coderVersion?.channel === undefined ? {} : { coderChannel: request.coderVersion.channel }),
      ...(request.maxCost === undefined ? {} : { maxCost: request.maxCost }),
      steps: [],
      runs: request.sizes.map((size) => ({ ...size, state: "waiting" })),
      ...recordEarlierNights(earlier),
    },
    ports,
  );
  await log.open();
  const steps = new NightSteps(log, time, ports, signals);
  const sweep = async (kind: StepKind): Promise<void> => {
    for (const flags of sweepFlags(request))
      await steps.run(kind, ["sweep", kind.when, ...flags.slice(1, 2)].join(" "), ["sweep", ...flags]);
  };

  await endEarlierNights(earlier, steps, ports);
  await sweep(STEP_KINDS.sweepBefore);
  for (const size of request.sizes) {
    if (signals.stop.aborted) break;
    await steps.run(STEP_KINDS.preflight, `preflight ${formatSize(size)}`, preflightArguments(size, request));
  }
  const sizes = await addCanaries(request.sizes, ports);
  const progress = new NightProgress(sizes);
  for (const size of sizes) await measure(size, { request, log, time, progress, ports, signals });
  if (!signals.leave.aborted) {
    await sweep(STEP_KINDS.sweepAfter);
    for (const [name, args] of publishSteps(request)) await steps.run(STEP_KINDS.publish, name, args);
  }
  return log.close(signals.leave.aborted ? ["handed-over"] : []);
}

interface RunContext {
  readonly request: NightRequest;
  readonly log: NightLog;
  readonly time: NightTime;
  readonly progress: NightProgress;
  readonly ports: NightPorts;
  readonly signals: Signals;
}

/** Measures one size, unless the night was stopped or has no time or money left. */
async function measure(size: SizeName, context: RunContext): Promise<void> {
  const { request, log, time, progress, ports, signals } = context;
  const { clock, report, estimateSize } = ports;
  const name = formatSize(size);
  const startedAt = new Date(clock.now()).toISOString();
  const startedMs = clock.elapsed();
  const position = progress.begin();
  const rest = log.night.runs.filter((run) => run.state !== "waiting" || formatSize(run) !== name);
  const change = async (runs: readonly Partial<NightRun>[], state: NightRun["state"]): Promise<void> => {
    const changed = runs.map((run): NightRun => ({ ...size, state, ...run }));
    await log.runs(sortByRequest([...rest, ...changed], request.sizes));
  };
  const refusal = findRefusal(size, context);
  if (refusal !== undefined) {
    report(`night: ${name} is skipped: ${refusal.reason ?? ""}`);
    await change([refusal], "skipped");
    return;
  }
  const budgetAfter = (spent: number): number | undefined =>
    chooseBudget(size, request, sumSpent(rest) + spent, estimateSize);
  const budget = budgetAfter(0);
  const times = { startedAt, ...(budget === undefined ? {} : { budget }) };
  report(`night: ${name} (${position})`);
  await change([times], "running");
  // A signal that came during this write does not fire again.
  const runs: readonly Partial<NightRun>[] = signals.stop.aborted
    ? [{ ...STOPPED, spent: 0 }]
    : await measureSize(size, request, { budgetAfter, timeIsOver: () => time.over }, ports, signals).catch(
        (error: unknown) => [{ verdict: "harness-error" as const, reason: messageOf(error) }],
      );
  const finishedAt = new Date(clock.now()).toISOString();
  progress.end(size, clock.elapsed() - startedMs);
  await change(
    runs.map((run) => ({ ...times, finishedAt, ...run })),
    "done",
  );
  report(`night: ${name}: ${runs.map(({ verdict = "harness-error" }) => verdict).join(", then ")}`);
}

function findRefusal(
  size: SizeName,
  { request, log, time, ports, signals }: RunContext,
): Pick<NightRun, "verdict" | "reason"> | undefined {
  if (signals.stop.aborted) return STOPPED;
  const { over } = time;
  if (over !== undefined) return { verdict: "interrupted", reason: `not measured: ${over}` };
  return findUnaffordable(size, request, log.night, ports.estimateSize);
}

/** The exit code of a night and of what came after it. */
export function toExitCode({ verdict = "interrupted" }: Night, after: Verdict = "pass"): number {
  return EXIT_CODES[worst([verdict, after])];
}
