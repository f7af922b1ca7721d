import jstat from "jstat";
import type { NightFigure } from "./night-figure.ts";
import { isConfirmed } from "./confirm-step.ts";
import { type Attempts, findShareStep, shareOf } from "./find-share-step.ts";
import { findStep } from "./find-step.ts";
import { CHANGE_RULES } from "./rules.ts";
import type { Stretch } from "./stretches.ts";

/** A step in a series. */
export interface ChangePoint {
  /** The first figure of the new level. */
  readonly day: string;
  readonly runId: string;
  /** Levels (geometric means), and how much higher the new one is: 0.1 = 10 %. Of shares: their difference. */
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

/** A level with the figures that it is of. */
export interface WatchedLevel {
  readonly level: Level;
  readonly values: readonly number[];
}

/** What watching a stretch night by night has told. */
export interface Watched {
  readonly changes: readonly ChangePoint[];
  readonly levels: readonly WatchedLevel[];
}

/** A step that was seen and awaits its confirmation. */
interface Suspicion {
  readonly direction: number;
  readonly on: string;
  /** How many figures there were when it was raised. */
  readonly raisedWith: number;
  readonly step: WatchedStep;
}

/** How one kind of figure is watched. */
export interface WatchRule {
  /** The step in the figures of one level so far, if any. */
  readonly find: (from: number, to: number) => WatchedStep | undefined;
  /** What the figures of a level come to. */
  readonly level: (from: number, to: number) => number;
  /** How far a step went, as it is told. */
  readonly magnitude: (before: number, after: number) => number;
}

/** A step with its levels as they are told. */
export interface WatchedStep {
  /** Index of the first figure after it, from the level's first. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
  readonly p: number;
}

/** A rule for figures that are compared by their ratio, all of them above zero. */
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

/** A rule for shares of failures, which are compared by their counts. */
export function shareRule(attempts: readonly Attempts[]): WatchRule {
  return {
    find: (from, to) => findShareStep(attempts.slice(from, to)),
    level: (from, to) => jstat.jStat.mean(attempts.slice(from, to).map(shareOf)),
    magnitude: (before, after) => after - before,
  };
}

/** Watches a stretch as its figures come in: a confirmed step ends the level, and the watch goes on from there. */
export function watchStretch({ figures, began }: Stretch, rule: WatchRule = ratioRule(figures)): Watched {
  const changes: ChangePoint[] = [];
  const levels: WatchedLevel[] = [];
  let since = 0;
  let suspicion: Suspicion | undefined;
  const told = (step: WatchedStep, on: string, confirmedOn?: string): ChangePoint => {
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
    changes.push(told(step, suspicion.on, day));
    endLevel(since + step.at);
    suspicion = undefined;
  }
  if (suspicion !== undefined) changes.push(told(suspicion.step, suspicion.on));
  if (figures.length > 0) endLevel(figures.length);
  return { changes, levels };
}

/** The suspicion goes on as long as each new figure leaves the step standing, in the same direction. */
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
