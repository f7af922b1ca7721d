import { decodeTime } from "ulid";
import type { RunRecord } from "../../model/record/record.ts";
import { RUN_ID_PATTERN } from "../../model/run-id.ts";
import { dayOf } from "../format/day.ts";
import { byStart } from "../history/read-history.ts";
import { recordStandingOf } from "../judge/official.ts";

/** One night of one size. */
export interface MeasuredNight {
  /** UTC day on which the night began; its last sizes may run past midnight. */
  readonly day: string;
  /** The night's first run, or its replacement in another zone. Any other run is a second attempt and does not count. */
  readonly record: RunRecord;
  /** All runs of the night, oldest first. */
  readonly runs: readonly RunRecord[];
}

/** Whether a record is from a night with the size's own figures, so that a row of nights may include it. */
export function isNightly(record: RunRecord): boolean {
  if (record.origin.kind !== "nightly") return false;
  const standing = recordStandingOf(record);
  return standing === "official" || (standing === "simulated" && Object.keys(record.overrides).length === 0);
}

/** Groups the records of one size by night, newest first. */
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

/** Whether a run passed, left nothing and had no planted faults. */
export function isClean({ verdict, teardown, provenance }: RunRecord): boolean {
  return verdict === "pass" && teardown.state === "clean" && provenance.rehearsal?.faults === undefined;
}
