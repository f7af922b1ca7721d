import type { MeasuredNight } from "./night.ts";
import { measuredCoder, type NightOutcome, nightOutcomeOf } from "./outcome.ts";

/** Counts the nights of a row by outcome, so that no night is omitted silently. */
export interface NightTally {
  /** The number of nights behind the figures, and how many of them met their objectives. */
  readonly of: number;
  readonly met: number;
  /** UTC day of the oldest of these nights; of the oldest night if there are none. */
  readonly since: string;
  /** Nights of this period that are not in the median, by reason. */
  readonly nothing: number;
  readonly generatorLimited: number;
  readonly planted: number;
  readonly otherPlatform: number;
  /** Nights of this period whose teardown left something or could not be verified. */
  readonly left: number;
}

/**
 * Counts a row's nights, newest first.
 * @param measured the nights behind the row's figures
 * @param most the largest number of nights in a row: nights before a change of platform are still counted
 */
export function tallyOf(
  nights: readonly MeasuredNight[],
  measured: readonly MeasuredNight[],
  most: number,
): NightTally {
  const since = (measured.at(-1) ?? nights.at(-1))?.day ?? "";
  const anyPlatform = nights.filter(({ record }) => measuredCoder(record)).slice(0, most);
  const from = [since, anyPlatform.at(-1)?.day ?? since].toSorted()[0] ?? since;
  const counted = nights.filter(({ day }) => day >= from);
  const others = counted.filter((night) => !measured.includes(night));
  const count = (outcome: NightOutcome): number =>
    others.filter(({ record }) => nightOutcomeOf(record) === outcome).length;
  return {
    of: measured.length,
    met: measured.filter(({ record }) => nightOutcomeOf(record) === "met").length,
    since,
    nothing: count("nothing"),
    generatorLimited: count("generator-limited"),
    planted: count("planted"),
    otherPlatform: count("met") + count("missed"),
    left: counted.filter(({ record: { teardown } }) => LEFT.has(teardown.state)).length,
  };
}

const LEFT: ReadonlySet<string> = new Set(["leaked", "unverified"]);
