import { messageOf } from "../tools/error.ts";
import { steadyClock } from "../tools/time/moment.ts";
import { EXIT_CODES, type Verdict, worst } from "../tools/verdict.ts";
import { type CanaryPorts, inCanaryOrder, withCanaries } from "./canaries.ts";
import { type EarlierPorts, endEarlierNights, toldOf } from "./earlier-nights.ts";
import { measureSize, type MeasureSizePorts, type Signals } from "./measure-size.ts";
import { budgetOf, type EstimateOf, spentOf, unaffordable } from "./money.ts";
import { type LogPorts, NightLog } from "./night-log.ts";
import { NightSteps } from "./night-steps.ts";
import { NightTime } from "./night-time.ts";
import type { Night, NightRun } from "./night.ts";
import { type NightRequest, preflightArguments, publishSteps, sweepFlags } from "./request.ts";
import { nameOf, type SizeName } from "./sizes.ts";
import { STEP_KINDS, type StepKind } from "./step-kind.ts";

/** What a night needs of the world. */
export interface NightPorts extends MeasureSizePorts, LogPorts, CanaryPorts, EarlierPorts {
  readonly estimateOf: EstimateOf;
}

const STOPPED = { verdict: "interrupted", reason: "the night was stopped before it" } as const;

/**
 * One night: what earlier nights left is torn down, everything is asked before anything is made, each size is measured
 * by itself, and whatever happened it is swept, published and summed up.
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
      ...toldOf(earlier),
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
    await steps.run(STEP_KINDS.preflight, `preflight ${nameOf(size)}`, preflightArguments(size, request));
  }
  for (const size of await withCanaries(request.sizes, ports))
    await measure(size, { request, log, time, ports, signals });
  if (!signals.leave.aborted) {
    await sweep(STEP_KINDS.sweepAfter);
    for (const [name, args] of publishSteps(request)) await steps.run(STEP_KINDS.publish, name, args);
  }
  return log.close(signals.leave.aborted ? ["handed-over"] : []);
}

interface AtWork {
  readonly request: NightRequest;
  readonly log: NightLog;
  readonly time: NightTime;
  readonly ports: NightPorts;
  readonly signals: Signals;
}

/** Measures one size, unless the night was stopped or has no time or money left for it. */
async function measure(size: SizeName, atWork: AtWork): Promise<void> {
  const { request, log, time, ports, signals } = atWork;
  const { clock, tell, estimateOf } = ports;
  const name = nameOf(size);
  const startedAt = new Date(clock.now()).toISOString();
  const rest = log.night.runs.filter((run) => run.state !== "waiting" || nameOf(run) !== name);
  const change = async (runs: readonly Partial<NightRun>[], state: NightRun["state"]): Promise<void> => {
    const changed = runs.map((run): NightRun => ({ ...size, state, ...run }));
    await log.runs(inCanaryOrder([...rest, ...changed], request.sizes));
  };
  const refusal = refusalOf(size, atWork);
  if (refusal !== undefined) {
    tell(`night: ${name} is skipped: ${refusal.reason ?? ""}`);
    await change([refusal], "skipped");
    return;
  }
  const budgetAfter = (spent: number): number | undefined =>
    budgetOf(size, request, spentOf(rest) + spent, estimateOf);
  const budget = budgetAfter(0);
  const times = { startedAt, ...(budget === undefined ? {} : { budget }) };
  tell(`night: ${name}`);
  await change([times], "running");
  // A signal that came while this was written is no event any more.
  const runs: readonly Partial<NightRun>[] = signals.stop.aborted
    ? [{ ...STOPPED, spent: 0 }]
    : await measureSize(size, request, { budgetAfter, timeIsOver: () => time.over }, ports, signals).catch(
        (error: unknown) => [{ verdict: "harness-error" as const, reason: messageOf(error) }],
      );
  const finishedAt = new Date(clock.now()).toISOString();
  await change(
    runs.map((run) => ({ ...times, finishedAt, ...run })),
    "done",
  );
  tell(`night: ${name}: ${runs.map(({ verdict = "harness-error" }) => verdict).join(", then ")}`);
}

function refusalOf(
  size: SizeName,
  { request, log, time, ports, signals }: AtWork,
): Pick<NightRun, "verdict" | "reason"> | undefined {
  if (signals.stop.aborted) return STOPPED;
  const { over } = time;
  if (over !== undefined) return { verdict: "interrupted", reason: `not measured: ${over}` };
  return unaffordable(size, request, log.night, ports.estimateOf);
}

/** The exit code that a night ends with, and with what came after it. */
export function exitCodeOfNight({ verdict = "interrupted" }: Night, after: Verdict = "pass"): number {
  return EXIT_CODES[worst([verdict, after])];
}
