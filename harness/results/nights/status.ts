import { failsRun } from "../../model/record/objective-words.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { daysAfter, daysBetween } from "../format/day.ts";
import { isClean, type MeasuredNight } from "./night.ts";

/** A newest night is stale after this many days; missing nights are listed over the same period. */
export const STALE_DAYS = 14;

/** The status of a row's newest night. */
export type NightStatus =
  | { readonly word: "clean" }
  /** A rehearsal passed despite its planted faults; it is not in the median. */
  | { readonly word: "planted" }
  | {
      /** `leaked` and `unverified` outweigh an earlier failure. */
      readonly word: "failed" | "leaked" | "unverified";
      readonly verdict: RunRecord["verdict"];
      /** The stage that failed, if any. */
      readonly stage?: string;
      /** If objectives were missed: the class of most failures in the load. */
      readonly class?: string;
      readonly reason: string;
    }
  /** The newest night is older than `STALE_DAYS` and left nothing. */
  | { readonly word: "stale"; readonly days: number }
  /** The newest night is clean, but later nights that were due have no record. */
  | { readonly word: "missing"; readonly nights: readonly string[] };

/** Returns the status of a row on a given day. */
export function nightStatus(
  { day, record }: MeasuredNight,
  missing: readonly string[],
  asOf: string,
): NightStatus {
  const days = daysBetween(day, asOf);
  const left = record.teardown.state === "leaked" || record.teardown.state === "unverified";
  if (!left && days > STALE_DAYS) return { word: "stale", days };
  if (!isClean(record)) return record.verdict === "pass" && !left ? { word: "planted" } : failureOf(record);
  const after = missing.filter((each) => each > day);
  return after.length === 0 ? { word: "clean" } : { word: "missing", nights: after };
}

/**
 * Returns the days without a night among the last `STALE_DAYS`, oldest first, counted from the first night. The given
 * day itself is not missing yet: its night may still begin.
 */
export function missingNights(nights: readonly MeasuredNight[], asOf: string): readonly string[] {
  const had = new Set(nights.map(({ day }) => day));
  const first = nights.at(-1)?.day ?? asOf;
  return Array.from({ length: STALE_DAYS }, (_, index) => daysAfter(asOf, index - STALE_DAYS)).filter(
    (day) => day > first && !had.has(day),
  );
}

function failureOf(record: RunRecord): NightStatus {
  const { teardown, verdict, stages, measurements } = record;
  const word = teardown.state === "leaked" || teardown.state === "unverified" ? teardown.state : "failed";
  const stage = stages.find(({ outcome }) => outcome === "failed" || outcome === "interrupted")?.stage;
  const missed = verdict === "slo-failed";
  const worst = missed
    ? measurements?.failures.toSorted((one, other) => other.count - one.count)[0]
    : undefined;
  const [where, kind] = [stage ?? (missed ? "load" : undefined), worst?.class];
  return {
    word,
    verdict,
    ...(where === undefined ? {} : { stage: where }),
    ...(kind === undefined ? {} : { class: kind }),
    reason: reasonOf(record),
  };
}

/** Returns the first reason on one line, without its verdict. */
function reasonOf({ verdict, reasons, objectives }: RunRecord): string {
  const [first] = reasons;
  if (first !== undefined) return first.replace(`${verdict}: `, "").replaceAll(/\s+/g, " ");
  const missed = objectives.filter(failsRun).map(({ name }) => name);
  return missed.length > 0 ? `missed: ${missed.join(", ")}` : "no reason was recorded";
}
