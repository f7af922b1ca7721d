import jstat from "jstat";
import type { NightFigure } from "./night-figure.ts";
import { isConfirmed } from "./confirm-step.ts";
import { type Attempts, findShareStep, shareOf } from "./find-share-step.ts";
import { findStep } from "./find-step.ts";
import { CHANGE_RULES } from "./rules.ts";
import type { Stretch } from "./stretches.ts";

/** A step in a series. */
export interface ChangePoint {
  /** The first night of the new level. */
  readonly day: string;
  readonly runId: string;
  /** Levels (geometric means) and relative difference: 0.1 = 10 %. For shares: the difference of the shares. */
  readonly before: number;
  readonly after: number;
  readonly magnitude: number;
  /** One minus the probability of such a step in a flat series, over all places searched. */
  readonly confidence: number;
  /** Coder's versions immediately before and after the step. */
  readonly versions: { readonly before?: string; readonly after?: string };
  /** `confirmed` once figures measured after the suspicion confirm it independently. */
  readonly status: "suspected" | "confirmed";
  /** The night that raised the suspicion, and the night that confirmed it. */
  readonly suspectedOn: string;
  readonly confirmedOn?: string;
}

/** Consecutive figures at one level. */
export interface Level {
  readonly from: string;
  readonly to: string;
  readonly figures: number;
  /** Geometric mean. */
  readonly level: number;
  /** Why the level begins here. */
  readonly began: Stretch["began"] | "change";
}

/** A level with its figures. */
export interface WatchedLevel {
  readonly level: Level;
  readonly values: readonly number[];
}

/** The result of watching a stretch night by night. */
export interface Watched {
  readonly changes: readonly ChangePoint[];
  readonly levels: readonly WatchedLevel[];
}

/** A detected step that is not confirmed yet. */
interface Suspicion {
  readonly direction: number;
  readonly on: string;
  /** Number of figures when it was raised. */
  readonly raisedWith: number;
  readonly step: WatchedStep;
}

/** How to watch one kind of figure. */
export interface WatchRule {
  /** Finds the step in the figures of one level so far. */
  readonly find: (from: number, to: number) => WatchedStep | undefined;
  /** Returns the level of these figures. */
  readonly level: (from: number, to: number) => number;
  /** Returns the size of a step, as reported. */
  readonly magnitude: (before: number, after: number) => number;
}

/** A step with its levels as reported. */
export interface WatchedStep {
  /** Index of the first figure after it, counted from the level's first. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
  readonly p: number;
}

/** The rule for figures compared by ratio, all above zero. */
export function ratioRule(figures: readonly NightFigure[]): WatchRule {
  const values = figures.map(({ value }) => Math.log(value));
  return {
    find: (from, to) => {
      const step = findStep(values.slice(from, to));
      return step && { ...step, before: Math.exp(step.before), after: Math.exp(step.after) };
    },
    level: (from, to) => Math.exp(jstat.jStat.mean(values.slice(from, to))),
    magnitude: (before, after) => after / before - 1,
  };
}

/** The rule for shares of failures, compared by counts. */
export function shareRule(attempts: readonly Attempts[]): WatchRule {
  return {
    find: (from, to) => findShareStep(attempts.slice(from, to)),
    level: (from, to) => jstat.jStat.mean(attempts.slice(from, to).map(shareOf)),
    magnitude: (before, after) => after - before,
  };
}

/** Watches a stretch figure by figure. A confirmed step ends the level, and the search continues from there. */
export function watchStretch({ figures, began }: Stretch, rule: WatchRule = ratioRule(figures)): Watched {
  const changes: ChangePoint[] = [];
  const levels: WatchedLevel[] = [];
  let since = 0;
  let suspicion: Suspicion | undefined;
  const changePoint = (step: WatchedStep, on: string, confirmedOn?: string): ChangePoint => {
    const at = since + step.at;
    const [last, first] = [getFigure(figures, at - 1), getFigure(figures, at)];
    return {
      day: first.day,
      runId: first.runId,
      before: step.before,
      after: step.after,
      magnitude: rule.magnitude(step.before, step.after),
      confidence: 1 - Math.min(1, step.p * CHANGE_RULES.mostAfter),
      versions: {
        ...(last.coderVersion === undefined ? {} : { before: last.coderVersion }),
        ...(first.coderVersion === undefined ? {} : { after: first.coderVersion }),
      },
      status: confirmedOn === undefined ? "suspected" : "confirmed",
      suspectedOn: on,
      ...(confirmedOn === undefined ? {} : { confirmedOn }),
    };
  };
  const endLevel = (before: number): void => {
    const level = {
      from: getFigure(figures, since).day,
      to: getFigure(figures, before - 1).day,
      figures: before - since,
      level: rule.level(since, before),
      began: levels.length === 0 ? began : ("change" as const),
    };
    levels.push({ level, values: figures.slice(since, before).map(({ value }) => value) });
    since = before;
  };
  for (const [index, { day }] of figures.entries()) {
    const step = rule.find(since, index + 1);
    suspicion = step && suspicionOf(step, suspicion, day, index + 1);
    if (step === undefined || suspicion === undefined) continue;
    const fresh = figures.slice(suspicion.raisedWith, index + 1).map(({ value }) => value);
    if (!isConfirmed(step, fresh)) continue;
    changes.push(changePoint(step, suspicion.on, day));
    endLevel(since + step.at);
    suspicion = undefined;
  }
  if (suspicion !== undefined) changes.push(changePoint(suspicion.step, suspicion.on));
  if (figures.length > 0) endLevel(figures.length);
  return { changes, levels };
}

/** Keeps the suspicion as long as each new figure shows a step in the same direction. */
function suspicionOf(
  step: WatchedStep,
  known: Suspicion | undefined,
  day: string,
  figures: number,
): Suspicion {
  const direction = Math.sign(step.after - step.before);
  return known?.direction === direction
    ? { ...known, step }
    : { direction, on: day, raisedWith: figures, step };
}

function getFigure(figures: readonly NightFigure[], at: number): NightFigure {
  const figure = figures[at];
  if (figure === undefined) throw new RangeError(`no figure at ${at} of ${figures.length}`);
  return figure;
}
