import { type DetectableStep, detectableStep } from "./detectable-step.ts";
import { CHANGE_RULES } from "./rules.ts";
import { type Attempts, shareOf } from "./find-share-step.ts";
import { type Stretch, stretchesOf } from "./stretches.ts";
import { type TotalFailure, totalFailuresIn } from "./total-failures.ts";
import { type ChangePoint, type Level, shareRule, type Watched, watchStretch } from "./watch-stretch.ts";
import type { NightFigure } from "./night-figure.ts";

/** What a series of nights says. */
export interface SeriesChanges {
  /** Oldest first; the last one may be suspected. */
  readonly changes: readonly ChangePoint[];
  /** Nights on which nothing succeeded, oldest first; the last one may stand. */
  readonly totalFailures: readonly TotalFailure[];
  readonly levels: readonly Level[];
  /** Of the newest stretch: how many figures it has, and how many it needs before anything can be said. */
  readonly history: { readonly figures: number; readonly needed: number; readonly isEnough: boolean };
  /** What could be seen at the newest stretch's own variation; absent without enough history. */
  readonly detectable?: DetectableStep;
}

/**
 * Finds the steps in a series, night by night as they came: what is said of a night never rests on later ones, and a
 * changed fingerprint or a reset begins a new series. Figures are compared by their ratio; a total failure has no
 * ratio, and is a change by itself.
 */
export function changePoints(
  figures: readonly NightFigure[],
  /** Days on which a new series begins by decision. */
  resets: readonly string[] = [],
): SeriesChanges {
  const stretches = stretchesOf(figures, resets);
  const watched = stretches.map(({ figures: all, began }) =>
    watchStretch({ figures: all.filter(({ value }) => value > 0), began }),
  );
  const newest = (watched.at(-1)?.levels.at(-1)?.values ?? []).map(Math.log);
  const history = historyOf(newest.length);
  return {
    ...changesIn(watched),
    totalFailures: stretches.flatMap((stretch, index) =>
      totalFailuresIn(stretch.figures).map((failure) => endedBy(stretches[index + 1], failure)),
    ),
    history,
    ...(history.isEnough ? { detectable: detectableStep(newest) } : {}),
  };
}

/** Finds the steps in a series of shares of failures, by the counts of each night. */
export function shareChanges(
  nights: readonly (Omit<NightFigure, "value" | "lost"> & { readonly attempts: Attempts })[],
  resets: readonly string[] = [],
): SeriesChanges {
  const attemptsOf = new Map(nights.map(({ runId, attempts }) => [runId, attempts]));
  const figures = nights.map(({ attempts, ...night }) => ({ ...night, value: shareOf(attempts) }));
  const watched = stretchesOf(figures, resets).map((stretch) =>
    watchStretch(
      stretch,
      shareRule(stretch.figures.map(({ runId }) => attemptsOf.get(runId) ?? { failed: 0, of: 0 })),
    ),
  );
  const newest = watched.at(-1)?.levels.at(-1)?.values ?? [];
  return { ...changesIn(watched), totalFailures: [], history: historyOf(newest.length) };
}

/** A new series ends a total failure that stood in the one before. */
function endedBy(next: Stretch | undefined, failure: TotalFailure): TotalFailure {
  const [first] = next?.figures ?? [];
  return first === undefined || failure.until !== undefined ? failure : { ...failure, until: first.day };
}

function changesIn(watched: readonly Watched[]): Pick<SeriesChanges, "changes" | "levels"> {
  return {
    changes: watched.flatMap(({ changes }) => changes),
    levels: watched.flatMap(({ levels }) => levels.map(({ level }) => level)),
  };
}

function historyOf(figures: number): SeriesChanges["history"] {
  const needed = CHANGE_RULES.leastBefore;
  return { figures, needed, isEnough: figures >= needed };
}
