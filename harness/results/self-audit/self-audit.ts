import { MEASURING_METHOD, type RunRecord } from "../../model/record/record.ts";
import * as builds from "./builds.ts";
import * as counts from "./counts.ts";
import * as histograms from "./histograms.ts";
import * as record from "./record.ts";
import type { Measured, Rule } from "./rule.ts";
import { loadIsAsAsked } from "./load-as-asked.ts";
import * as windows from "./windows.ts";

/** A rule that a record breaks, and with which values. */
export interface BrokenRule {
  readonly rule: string;
  readonly reason: string;
}

/** Rules of every record, however it was measured. */
const OF_ALL: readonly Rule<RunRecord>[] = [record.teardownIsConsistent];

/** Rules of the measurements of every record. */
const OF_ALL_MEASURED: readonly Rule<Measured>[] = [
  histograms.histogramsHoldTheirCount,
  builds.buildsFitTheDaemons,
];

/** Rules of records that have the fields of today; earlier ones lack some, or meant something else by them. */
const OF_TODAY: readonly Rule<RunRecord>[] = [
  record.timesGoForward,
  record.costAddsUp,
  record.objectivesAreShares,
];

const OF_TODAY_MEASURED: readonly Rule<Measured>[] = [
  counts.workspacesAddUp,
  counts.usersAddUp,
  counts.connectionsAddUp,
  counts.gaugeIsPossible,
  counts.appsAddUp,
  counts.pollsAddUp,
  counts.arrivalsAddUp,
  counts.loadIsTheOneAsked,
  histograms.histogramCountsArePossible,
  histograms.rawIsWithinIntended,
  histograms.countersMatchHistograms,
  builds.buildsFollowFromJobs,
  builds.jobsGoForward,
  builds.jobsMatchHistograms,
  builds.clocksAgree,
  builds.ourClockHoldsTheirs,
  windows.windowsAreContiguous,
  windows.windowsAddUp,
  windows.probesAddUp,
  windows.windowsFitTheLoad,
  windows.generatorIsConsistent,
  windows.loadLiesInItsTime,
  loadIsAsAsked,
];

/**
 * Rules that a record breaks; none of a record whose figures can be true. Throws `run_folder` where one of its histograms
 * cannot be read.
 */
export function selfAudit(of: RunRecord): readonly BrokenRule[] {
  const isOfToday = of.provenance.method === MEASURING_METHOD;
  const { measurements } = of;
  const broken = [...OF_ALL, ...(isOfToday ? OF_TODAY : [])].flatMap((rule) => brokenBy(rule, of));
  if (measurements === undefined) return broken;
  const measured = { record: of, measurements };
  return [
    ...broken,
    ...[...OF_ALL_MEASURED, ...(isOfToday ? OF_TODAY_MEASURED : [])].flatMap((rule) =>
      brokenBy(rule, measured),
    ),
  ];
}

function brokenBy<Of>({ name, check }: Rule<Of>, of: Of): readonly BrokenRule[] {
  return check(of).flatMap((reason) =>
    reason === undefined || reason === false ? [] : [{ rule: name, reason }],
  );
}

/** Told of each record; it holds all of them. */
const MOST_TOLD = 3;

/** Broken rules as one reason of a verdict: the first of them with their values, and how many more there are. */
export function auditReason(broken: readonly BrokenRule[]): string | undefined {
  if (broken.length === 0) return undefined;
  const told = broken.slice(0, MOST_TOLD).map(({ rule, reason }) => `${rule}: ${reason}`);
  const more = broken.length > MOST_TOLD ? [`and ${broken.length - MOST_TOLD} more`] : [];
  return `the record's own figures cannot be true: ${[...told, ...more].join("; ")}`;
}
