import type { MeasuredNight } from "./night.ts";
import { measuredCoder, type NightOutcome, nightOutcomeOf } from "./outcome.ts";

/** What became of the nights that a row is about, so that none is left out in silence. */
export interface NightTally {
  /** Nights that the figures are of, and how many of them met their objectives. */
  readonly of: number;
  readonly met: number;
  /** UTC day of the oldest of them; where there is none, of the oldest night. */
  readonly since: string;
  /** Nights of that time whose figures are in no median, by the reason. */
  readonly nothing: number;
  readonly generatorLimited: number;
  readonly planted: number;
  readonly otherPlatform: number;
  /** Nights of that time whose teardown left something, or could not be verified. */
  readonly left: number;
}

/**
 * Counts a row's nights, newest first.
 * @param measured the nights that the row's figures are of
 * @param most how many nights a row is of, at most: a platform that is younger does not hide the nights before it
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
