import type { Clock } from "../tools/time/clock.ts";
import { RefbenchError } from "../tools/error.ts";
import { longestRunMs } from "../pipeline/folder/longest-run.ts";
import { KILL_MS, type NightCommand } from "./child-command.ts";
import { publishSteps, sweepFlags, type NightRequest } from "./request.ts";
import { STEP_KINDS, type StepKind } from "./step-kind.ts";

/** After its deadline, how long a step has until it is asked to leave, if the night has time for it. */
const STEP_GRACE_MS = 5 * 60_000;

/**
 * The deadline of a night. Everything that is started ends before it: time is reserved for the last sweep and the
 * publication, and a run is started only if it fits with its whole teardown.
 */
export class NightTime {
  readonly #request: NightRequest;
  readonly #clock: Clock;
  readonly #endsAtMs: number;
  #closingMs: number;

  constructor(request: NightRequest, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
    this.#endsAtMs = clock.elapsed() + (request.nightTimeMs ?? Infinity);
    this.#closingMs = closingMs(request);
  }

  /** Why no further run can start, or undefined. */
  get over(): string | undefined {
    const longest = longestWithKillMs(this.#request);
    if (longest <= this.#leftMs) return undefined;
    return `the night's time is over: a run with its teardown may take ${minutes(longest)}, but ${wholeMinutes(this.#leftMs)} are left before the last sweep`;
  }

  /** The limits of a step; undefined if no time is left. A step after the runs gets at least its reserved time. */
  limitsFor(kind: StepKind): StepLimits | undefined {
    if (kind.when === "before") return this.#leftMs < kind.leastMs ? undefined : limits(kind, this.#leftMs);
    this.#closingMs -= kind.leastMs;
    return limits(kind, Math.max(kind.leastMs, this.#leftMs));
  }

  get #leftMs(): number {
    return this.#endsAtMs - this.#clock.elapsed() - this.#closingMs;
  }
}

/** The deadline of a step, and how long it may take after that. */
export type StepLimits = Pick<NightCommand, "deadlineMs" | "graceMs">;

/** The limits of a run with its teardown; a run that does not react leaves that to the reaper. */
export function runLimits({ runTimeMs }: Pick<NightRequest, "runTimeMs">): StepLimits {
  const createdAt = new Date(0).toISOString();
  return { deadlineMs: runTimeMs, graceMs: longestRunMs({ createdAt, expiresAtMs: runTimeMs }) - runTimeMs };
}

/** Throws `usage` if not even one run is certain to fit into the night. */
export function refuseShortNight(request: NightRequest): void {
  const { nightTimeMs = Infinity } = request;
  const least = openingMs(request) + longestWithKillMs(request) + closingMs(request);
  if (nightTimeMs >= least) return;
  throw new RefbenchError(
    "usage",
    `--night-time is ${minutes(nightTimeMs)}, but one size with its teardown may take ${minutes(longestWithKillMs(request))}, and sweeps, preflights and publication come in addition: expected at least ${minutes(least)}, or a shorter --run-time`,
  );
}

function longestWithKillMs(request: NightRequest): number {
  const { deadlineMs, graceMs } = runLimits(request);
  return deadlineMs + graceMs + KILL_MS;
}

function openingMs(request: NightRequest): number {
  const { sweepBefore, preflight } = STEP_KINDS;
  return sweepFlags(request).length * sweepBefore.leastMs + request.sizes.length * preflight.leastMs;
}

function closingMs(request: NightRequest): number {
  const { sweepAfter, publish } = STEP_KINDS;
  return sweepFlags(request).length * sweepAfter.leastMs + publishSteps(request).length * publish.leastMs;
}

function limits({ longestMs }: StepKind, leftMs: number): StepLimits {
  const graceMs = Math.min(STEP_GRACE_MS, leftMs / 4);
  return { deadlineMs: Math.min(longestMs, leftMs - graceMs - KILL_MS), graceMs };
}

/** Formats minutes as a flag accepts them, rounded up. */
function minutes(ms: number): string {
  return `${Math.ceil(ms / 60_000)}m`;
}

/** Formats minutes, rounded down. */
function wholeMinutes(ms: number): string {
  return `${Math.max(0, Math.floor(ms / 60_000))}m`;
}
