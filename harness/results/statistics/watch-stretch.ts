import jstat from "jstat";
import type { ChangePoint, Level, NightFigure } from "./change-points.ts";
import { isConfirmed } from "./confirm-step.ts";
import { findStep, type Step } from "./find-step.ts";
import { CHANGE_RULES } from "./rules.ts";
import type { Stretch } from "./stretches.ts";

/** A level with what it is of, as logarithms. */
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
  readonly step: Step;
}

/** Watches a stretch as its figures come in: a confirmed step ends the level, and the watch goes on from there. */
export function watchStretch({ figures, began }: Stretch): Watched {
  const values = figures.map(({ value }) => Math.log(value));
  const changes: ChangePoint[] = [];
  const levels: WatchedLevel[] = [];
  let since = 0;
  let suspicion: Suspicion | undefined;
  const told = (step: Step, on: string, confirmedOn?: string): ChangePoint => {
    const at = since + step.at;
    const [last, first] = [getFigure(figures, at - 1), getFigure(figures, at)];
    return {
      day: first.day,
      runId: first.runId,
      before: Math.exp(step.before),
      after: Math.exp(step.after),
      magnitude: Math.expm1(step.after - step.before),
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
    levels.push(levelOf(figures, values, since, before, levels.length === 0 ? began : "change"));
    since = before;
  };
  for (const [index, { day }] of figures.entries()) {
    const step = findStep(values.slice(since, index + 1));
    suspicion = step && suspicionOf(step, suspicion, day, index + 1);
    if (step === undefined || suspicion === undefined) continue;
    if (!isConfirmed(step, values.slice(suspicion.raisedWith, index + 1))) continue;
    changes.push(told(step, suspicion.on, day));
    endLevel(since + step.at);
    suspicion = undefined;
  }
  if (suspicion !== undefined) changes.push(told(suspicion.step, suspicion.on));
  endLevel(figures.length);
  return { changes, levels };
}

/** The suspicion goes on as long as each new figure leaves the step standing, in the same direction. */
function suspicionOf(step: Step, known: Suspicion | undefined, day: string, figures: number): Suspicion {
  const direction = Math.sign(step.after - step.before);
  return known?.direction === direction
    ? { ...known, step }
    : { direction, on: day, raisedWith: figures, step };
}

function levelOf(
  figures: readonly NightFigure[],
  values: readonly number[],
  from: number,
  before: number,
  began: Level["began"],
): WatchedLevel {
  const of = values.slice(from, before);
  const level = {
    from: getFigure(figures, from).day,
    to: getFigure(figures, before - 1).day,
    figures: of.length,
    level: Math.exp(jstat.jStat.mean(of)),
    began,
  };
  return { level, values: of };
}

function getFigure(figures: readonly NightFigure[], at: number): NightFigure {
  const figure = figures[at];
  if (figure === undefined) throw new RangeError(`no figure at ${at} of ${figures.length}`);
  return figure;
}
