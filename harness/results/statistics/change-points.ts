import { type DetectableStep, detectableStep } from "./detectable-step.ts";
import { CHANGE_RULES } from "./rules.ts";
import { type Stretch, stretchesOf } from "./stretches.ts";
import { watchStretch } from "./watch-stretch.ts";

/** One figure of one run. A night that was measured again has several. */
export interface NightFigure {
  /** UTC day on which the night began. */
  readonly day: string;
  readonly runId: string;
  readonly value: number;
  /** What it was measured on, as one word. */
  readonly fingerprint: string;
  readonly coderVersion?: string;
}

/** A step in a series. */
export interface ChangePoint {
  /** The first figure of the new level. */
  readonly day: string;
  readonly runId: string;
  /** Levels (geometric means), and how much higher the new one is: 0.1 = 10 %. */
  readonly before: number;
  readonly after: number;
  readonly magnitude: number;
  /** One minus the chance of such a step at any of the places looked at, in a flat series. */
  readonly confidence: number;
  /** Coder's version of the last figure before, and of the first after. */
  readonly versions: { readonly before?: string; readonly after?: string };
  /** `confirmed` once figures measured after the suspicion bore it out by themselves. */
  readonly status: "suspected" | "confirmed";
  /** The night that raised the suspicion, and the one that confirmed it. */
  readonly suspectedOn: string;
  readonly confirmedOn?: string;
}

/** A stretch of figures at one level. */
export interface Level {
  readonly from: string;
  readonly to: string;
  readonly figures: number;
  /** Geometric mean. */
  readonly level: number;
  /** Why it begins where it does. */
  readonly began: Stretch["began"] | "change";
}

/** What a series of nights says. */
export interface SeriesChanges {
  /** Oldest first; the last one may be suspected. */
  readonly changes: readonly ChangePoint[];
  readonly levels: readonly Level[];
  /** Of the newest stretch: how many figures it has, and how many it needs before anything can be said. */
  readonly history: { readonly figures: number; readonly needed: number; readonly isEnough: boolean };
  /** What could be seen at the newest stretch's own variation; absent without enough history. */
  readonly detectable?: DetectableStep;
}

/**
 * Finds the steps in a series, night by night as they came: what is said of a night never rests on later ones, and a
 * changed fingerprint or a reset begins a new series. Figures are compared by their ratio; those of zero are left out.
 */
export function changePoints(
  figures: readonly NightFigure[],
  /** Days on which a new series begins by decision. */
  resets: readonly string[] = [],
): SeriesChanges {
  const stretches = stretchesOf(
    figures.filter(({ value }) => value > 0),
    resets,
  );
  const watched = stretches.map(watchStretch);
  const newest = watched.at(-1)?.levels.at(-1)?.values ?? [];
  const needed = CHANGE_RULES.leastBefore;
  const isEnough = newest.length >= needed;
  return {
    changes: watched.flatMap(({ changes }) => changes),
    levels: watched.flatMap(({ levels }) => levels.map(({ level }) => level)),
    history: { figures: newest.length, needed, isEnough },
    ...(isEnough ? { detectable: detectableStep(newest) } : {}),
  };
}
