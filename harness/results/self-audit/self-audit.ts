import { MEASURING_METHOD, type RunRecord } from "../../model/record/record.ts";
import * as builds from "./builds.ts";
import * as counts from "./counts.ts";
import * as histograms from "./histograms.ts";
import { claimsFollowFromSeries, limitsHaveEvidence } from "./limits.ts";
import { observationIsPossible, partsFitTheWhole } from "./observation.ts";
import * as record from "./record.ts";
import type { Measured, Rule } from "./rule.ts";
import { loadIsAsAsked } from "./load-as-asked.ts";
import { mixedAddsUp } from "./mixed.ts";
import { lostPartsAreTold } from "./lost-parts.ts";
import * as windows from "./windows.ts";

/** A broken rule, with the values that contradict it. */
export interface BrokenRule {
  readonly rule: string;
  readonly reason: string;
}

/** Rules for every record, with any measuring method. */
const OF_ALL: readonly Rule<RunRecord>[] = [record.teardownIsConsistent];

/** Rules for the measurements of every record. */
const OF_ALL_MEASURED: readonly Rule<Measured>[] = [
  histograms.histogramsHoldTheirCount,
  builds.buildsFitTheDaemons,
];

/** Rules for records of today's measuring method. Earlier records lack some fields, or define them differently. */
const OF_TODAY: readonly Rule<RunRecord>[] = [
  record.timesGoForward,
  record.costAddsUp,
  record.objectivesAreShares,
  record.othersFitTheNodes,
  observationIsPossible,
  partsFitTheWhole,
  limitsHaveEvidence,
  claimsFollowFromSeries,
];

const OF_TODAY_MEASURED: readonly Rule<Measured>[] = [
  counts.workspacesAddUp,
  counts.usersAddUp,
  counts.connectionsAddUp,
  counts.gaugeIsPossible,
  counts.appsAddUp,
  mixedAddsUp,
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
  lostPartsAreTold,
];

/**
 * Returns the rules that a record breaks; empty if its figures can be true. Throws `run_folder` if a histogram cannot
 * be read.
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

/** How many broken rules a verdict's reason contains; the record's check shows all. */
const MOST_LISTED = 3;

/** Formats broken rules as one reason of a verdict: the first ones with their values, then the number of others. */
export function auditReason(broken: readonly BrokenRule[]): string | undefined {
  if (broken.length === 0) return undefined;
  const listed = broken.slice(0, MOST_LISTED).map(({ rule, reason }) => `${rule}: ${reason}`);
  const more = broken.length > MOST_LISTED ? [`and ${broken.length - MOST_LISTED} more`] : [];
  return `the record's own figures cannot be true: ${[...listed, ...more].join("; ")}`;
}
