import type { ObservedEvent } from "../../model/observation/observation.ts";
import type { LimitEvidence } from "../../model/observation/limits.ts";
import type { SeriesName } from "../../model/observation/series.ts";
import type { Moment, ObservedLoad, Value } from "./observed-load.ts";
import { cannotJudge, type HeldMoment, type Judgement } from "./rule.ts";

/** A rule is judged only if what it needs is known in this share of the moments: fewer could miss what happened. */
const KNOWN_SHARE = 0.5;

/** What a rule reads in one moment. */
export interface Reading {
  readonly isHeld: boolean;
  readonly strength: number;
  readonly evidence: LimitEvidence;
}

interface MomentRule {
  /** Moments that the rule is about. @default all under load */
  readonly among?: readonly Moment[];
  /** What it needs, in words: "CPU of coderd and its limit". */
  readonly needs: string;
  /** Undefined where it is not known. */
  readonly read: (moment: Moment) => Reading | undefined;
}

/** Judges each moment on its own. What was seen to hold counts, even if much was not seen; the reverse is not known. */
export function judgeMoments(
  load: ObservedLoad,
  { among = load.moments, needs, read }: MomentRule,
): Judgement {
  if (load.moments.length === 0) return cannotJudge("no time under load in which the generator kept up");
  const held: HeldMoment[] = [];
  let known = 0;
  for (const moment of among) {
    const reading = read(moment);
    if (reading === undefined) continue;
    known++;
    const { isHeld, evidence, strength } = reading;
    if (isHeld) held.push({ moment, evidence, strength });
  }
  if (held.length === 0 && known < among.length * KNOWN_SHARE)
    return cannotJudge(
      known === 0
        ? `not seen: ${needs}`
        : `${needs}: seen in only ${known} of ${among.length} samples under load`,
    );
  return { state: "judged", held, among: among.length };
}

/** The values of one series at a moment, each held from `least` on. */
export function readingsAtLeast(
  load: ObservedLoad,
  moment: Moment,
  {
    figure,
    least,
    isOf = () => true,
    words,
  }: {
    readonly figure: SeriesName;
    readonly least: number;
    /** The things that the rule is about. @default all */
    readonly isOf?: (of: string) => boolean;
    readonly words: (value: Value) => string;
  },
): readonly Reading[] {
  return load
    .values(figure, moment)
    .filter(({ of }) => isOf(of))
    .map(({ of, value }) => ({
      isHeld: value >= least,
      strength: value / least,
      evidence: { figure, of, atMs: moment.atMs, value, words: words({ of, value }) },
    }));
}

/** The reading with the greatest strength; undefined without any. */
export function strongest(readings: readonly Reading[]): Reading | undefined {
  return readings.reduce<Reading | undefined>(
    (best, each) => (best === undefined || each.strength > best.strength ? each : best),
    undefined,
  );
}

/** The moments in which events happened, with the event as evidence. */
export function momentsOfEvents(load: ObservedLoad, events: readonly ObservedEvent[]): readonly HeldMoment[] {
  return load.moments.flatMap((moment) => {
    const lengthMs = moment.atMs - moment.fromMs;
    // A repeated event was true between its first and its last report.
    const found = events.find(
      ({ firstAtMs, lastAtMs }) =>
        firstAtMs - lengthMs <= moment.atMs && moment.fromMs <= lastAtMs + lengthMs,
    );
    if (found === undefined) return [];
    const { reason, object, message, count } = found;
    const evidence = {
      figure: `events.${reason}`,
      of: object,
      atMs: found.firstAtMs,
      value: count,
      words: `${reason} of ${object}, ${count === 1 ? "once" : `${count} times`}: ${message}`,
    };
    return [{ moment, evidence, strength: count }];
  });
}
