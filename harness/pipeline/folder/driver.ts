import type { Clock } from "../../tools/time/clock.ts";
import { findJson, writeJson } from "../../tools/files/json-file.ts";
import {
  type Liveness,
  livenessOf,
  ownIdentity,
  processIdentity,
  type ProcessIdentity,
} from "../../tools/process/process-identity.ts";
import type { RunFolder } from "./run-folder.ts";

/** How long a driver that cannot be looked at is looked at again before it counts as dead. */
const UNKNOWN_MS = 30_000;

/** What can be said of the process that drives a run; `none` for a staged run, which no process drives. */
export type DriverState = Liveness | "none";

/** Says that this process drives the run: when it dies without handing over, the reaper takes over. */
export async function claimRun(folder: RunFolder): Promise<void> {
  await writeJson(folder.owner, ownIdentity());
}

/** The process that drives the run; undefined for a staged run, which no process drives. */
export async function findDriver(folder: RunFolder): Promise<ProcessIdentity | undefined> {
  return findJson(folder.owner, processIdentity);
}

/** One look at the run's driver; `unknown` when its file cannot be read. */
export async function driverState(folder: RunFolder): Promise<DriverState> {
  try {
    const owner = await findDriver(folder);
    return owner === undefined ? "none" : livenessOf(owner);
  } catch {
    return "unknown";
  }
}

/**
 * Looks at a run's driver again and again. A driver that was seen once is known: its process decides, whatever happens
 * to its file. One that was never seen counts as dead once its file could not be read for 30 seconds.
 */
export class DriverSight {
  readonly #folder: RunFolder;
  readonly #clock: Clock;
  #known: ProcessIdentity | undefined;
  #unknownSinceMs: number | undefined;

  constructor(folder: RunFolder, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  async look(): Promise<DriverState> {
    const state = await this.#stateNow();
    if (state !== "unknown") {
      this.#unknownSinceMs = undefined;
      return state;
    }
    const nowMs = this.#clock.elapsed();
    this.#unknownSinceMs ??= nowMs;
    return nowMs - this.#unknownSinceMs < UNKNOWN_MS ? "unknown" : "dead";
  }

  async #stateNow(): Promise<DriverState> {
    try {
      this.#known = (await findDriver(this.#folder)) ?? this.#known;
    } catch {
      if (this.#known === undefined) return "unknown";
    }
    return this.#known === undefined ? "none" : livenessOf(this.#known);
  }
}
