import { decodeTime } from "ulid";
import type { RunRecord } from "../../model/record/record.ts";
import { RUN_ID_PATTERN } from "../../model/run-id.ts";
import { dayOf } from "../format/day.ts";
import { byStart } from "../history/read-history.ts";
import { recordStandingOf } from "../judge/official.ts";

/** What one night measured of one size. */
export interface MeasuredNight {
  /** UTC day on which the night began, which its last sizes may outlive. */
  readonly day: string;
  /** The first run; where it failed over to another zone, the one that took its place. Any other is a second try. */
  readonly record: RunRecord;
  /** All runs of the night, oldest first. */
  readonly runs: readonly RunRecord[];
}

/** Whether a record is a night's, under the size's own figures: what a row of nights may be made of. */
export function isNightly(record: RunRecord): boolean {
  if (record.origin.kind !== "nightly") return false;
  const standing = recordStandingOf(record);
  return standing === "official" || (standing === "simulated" && Object.keys(record.overrides).length === 0);
}

/** The nights of one size, newest first: one a night. */
export function nightsOf(records: readonly RunRecord[]): readonly MeasuredNight[] {
  const byNight = new Map<string, RunRecord[]>();
  for (const record of records.toSorted(byStart)) {
    if (record.origin.kind !== "nightly") continue;
    const { night } = record.origin;
    byNight.set(night, [...(byNight.get(night) ?? []), record]);
  }
  return [...byNight]
    .flatMap(([night, runs]) => {
      const record = runs.reduce<RunRecord | undefined>(
        (taken, run) => (taken === undefined || run.failedOver?.runId === taken.runId ? run : taken),
        undefined,
      );
      return record === undefined ? [] : [{ day: dayOfNight(night, record), record, runs }];
    })
    .toSorted((one, other) => byStart(other.record, one.record));
}

function dayOfNight(night: string, { startedAt }: RunRecord): string {
  return dayOf(RUN_ID_PATTERN.test(night) ? decodeTime(night.toUpperCase()) : startedAt);
}

/** Passed, nothing left, nothing planted. */
export function isClean({ verdict, teardown, provenance }: RunRecord): boolean {
  return verdict === "pass" && teardown.state === "clean" && provenance.rehearsal?.faults === undefined;
}
