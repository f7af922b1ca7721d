import type { Clock } from "../tools/time/clock.ts";
import { RefbenchError } from "../tools/error.ts";
import { longestRunMs } from "../pipeline/folder/longest-run.ts";
import { KILL_MS, type NightCommand } from "./child-command.ts";
import { publishSteps, sweepFlags, type NightRequest } from "./request.ts";
import { STEP_KINDS, type StepKind } from "./step-kind.ts";

/** From the end of a step's time until it is told to leave, where the night has time for it. */
const STEP_GRACE_MS = 5 * 60_000;

/**
 * A night's own deadline: what is begun is sure to end within it, for the last sweep and the publication have their
 * time set aside, and a run is begun only while it fits with its whole teardown.
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

  /** Why no run can begin any more, or undefined. */
  get over(): string | undefined {
    const longest = longestOfRun(this.#request);
    if (longest <= this.#leftMs) return undefined;
    return `the night's time is over: with its teardown it may take ${minutes(longest)}, and ${wholeMinutes(this.#leftMs)} are left before the last sweep`;
  }

  /** How long a step may take, one after the runs at least what was set aside for it; undefined when that is nothing. */
  limitsOf(kind: StepKind): StepLimits | undefined {
    if (kind.when === "before") return this.#leftMs < kind.leastMs ? undefined : limits(kind, this.#leftMs);
    this.#closingMs -= kind.leastMs;
    return limits(kind, Math.max(kind.leastMs, this.#leftMs));
  }

  get #leftMs(): number {
    return this.#endsAtMs - this.#clock.elapsed() - this.#closingMs;
  }
}

/** A step's deadline, and how long it may take from then on. */
export type StepLimits = Pick<NightCommand, "deadlineMs" | "graceMs">;

/** From its asking to the end of its teardown, which a run that does not react leaves to the reaper. */
export function runLimits({ runTimeMs }: Pick<NightRequest, "runTimeMs">): StepLimits {
  const createdAt = new Date(0).toISOString();
  return { deadlineMs: runTimeMs, graceMs: longestRunMs({ createdAt, expiresAtMs: runTimeMs }) - runTimeMs };
}

/** Refuses a time for the night in which not even one run is sure to fit. */
export function refuseShortNight(request: NightRequest): void {
  const { nightTimeMs = Infinity } = request;
  const least = openingMs(request) + longestOfRun(request) + closingMs(request);
  if (nightTimeMs >= least) return;
  throw new RefbenchError(
    "usage",
    `--night-time is ${minutes(nightTimeMs)}, and one size may take ${minutes(longestOfRun(request))} with its teardown, besides sweeps, preflights and publication: expected ${minutes(least)} or more, or a shorter --run-time`,
  );
}

function longestOfRun(request: NightRequest): number {
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

/** As a flag takes them, never fewer than are needed. */
function minutes(ms: number): string {
  return `${Math.ceil(ms / 60_000)}m`;
}

/** Of what is left, never more than there are. */
function wholeMinutes(ms: number): string {
  return `${Math.max(0, Math.floor(ms / 60_000))}m`;
}
