import { type DetectableStep, detectableStep } from "./detectable-step.ts";
import { CHANGE_RULES } from "./rules.ts";
import { type Attempts, shareOf } from "./find-share-step.ts";
import { type Stretch, stretchesOf } from "./stretches.ts";
import { type TotalFailure, totalFailuresIn } from "./total-failures.ts";
import { type ChangePoint, type Level, shareRule, type Watched, watchStretch } from "./watch-stretch.ts";
import type { NightFigure } from "./night-figure.ts";

/** The changes in a series of nights. */
export interface SeriesChanges {
  /** Oldest first; the last one may be only suspected. */
  readonly changes: readonly ChangePoint[];
  /** Nights on which nothing succeeded, oldest first; the last failure may be ongoing. */
  readonly totalFailures: readonly TotalFailure[];
  readonly levels: readonly Level[];
  /** Number of figures in the newest stretch, and how many are needed before it is searched. */
  readonly history: { readonly figures: number; readonly needed: number; readonly isEnough: boolean };
  /** The smallest detectable step at the newest stretch's variation; absent without enough history. */
  readonly detectable?: DetectableStep;
}

/**
 * Finds the steps in a series, night by night, so that no result for a night uses later ones. A changed fingerprint
 * or a reset begins a new series. Figures are compared by their ratio. A total failure has no ratio and is a change on
 * its own.
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

/** Finds the steps in a series of failure shares, from each night's counts. */
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

/** Ends an ongoing total failure when a new series begins. */
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
