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

/** How long an unreadable driver is retried before it counts as dead. */
const UNKNOWN_MS = 30_000;

/** The state of the process that drives a run; `none` for a staged run, which has no driver. */
export type DriverState = Liveness | "none";

/** Records this process as the run's driver. If it dies without handing over, the reaper takes over. */
export async function claimRun(folder: RunFolder): Promise<void> {
  await writeJson(folder.driver, ownIdentity());
}

/** The process that drives the run; undefined for a staged run. */
export async function findDriver(folder: RunFolder): Promise<ProcessIdentity | undefined> {
  return findJson(folder.driver, processIdentity);
}

/** Checks the run's driver once; `unknown` when its file cannot be read. */
export async function driverState(folder: RunFolder): Promise<DriverState> {
  try {
    const driver = await findDriver(folder);
    return driver === undefined ? "none" : livenessOf(driver);
  } catch {
    return "unknown";
  }
}

/**
 * Checks a run's driver repeatedly. After one successful reading the driver is known: its process decides,
 * whatever happens to the file. A driver that was never read counts as dead after 30 seconds of failed
 * readings.
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
