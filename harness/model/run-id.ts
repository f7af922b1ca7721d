import { ulid } from "ulid";

/** A run's identity: a ULID in lower case (26 characters), on every resource, file and row of the run. */
export type RunId = string;

/** Crockford base 32 in lower case; the first character of a ULID is at most 7. */
export const RUN_ID_PATTERN = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;

export function newRunId(now?: number): RunId {
  return ulid(now).toLowerCase();
}

/**
 * The part of a run id that names carry: the ULID's last 12 characters. They are its random part; the first
 * ones are the clock, which two runs of one second share. Service accounts allow 30 characters, Coder's names 32.
 */
export function run12(runId: RunId): string {
  return runId.slice(-12);
}

/** The prefix of everything that carries no labels: `bench-<run12>`. */
export function namePrefix(runId: RunId): string {
  return `bench-${run12(runId)}`;
}
