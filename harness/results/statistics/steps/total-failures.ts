import jstat from "jstat";
import type { NightFigure } from "./night-figure.ts";

/** Nights on which nothing of what a figure is about succeeded: the largest change there is, which needs no confirmation. */
export interface TotalFailure {
  /** The first of these nights. */
  readonly day: string;
  readonly runId: string;
  /** Why it has no figure: "0 of 1,000". */
  readonly reason: string;
  /** How many nights failed so until it ended. */
  readonly nights: number;
  /** The level that the figure had before; absent where the series began so. */
  readonly before?: number;
  /** The night that ended it, or with which a new series began; absent while it stands. */
  readonly until?: string;
}

/** How many of the last nights are looked at: a failure is over once most of them have the figure again. */
const LOOKED_AT = 5;

/** The total failures in figures of one stretch, oldest first. */
export function totalFailuresIn(figures: readonly NightFigure[]): readonly TotalFailure[] {
  const failures: TotalFailure[] = [];
  let open: TotalFailure | undefined;
  for (const [index, { day, runId, value, lost }] of figures.entries()) {
    const isLost = value <= 0;
    if (isLost && open === undefined) {
      const last = figures
        .slice(0, index)
        .map((figure) => figure.value)
        .filter((each) => each > 0);
      open = {
        ...{ day, runId, reason: lost ?? "0", nights: 0 },
        ...(last.length === 0 ? {} : { before: jstat.jStat.median(last.slice(-LOOKED_AT)) }),
      };
    }
    if (open === undefined) continue;
    if (isLost) open = { ...open, nights: open.nights + 1 };
    const recent = figures.slice(Math.max(0, index - LOOKED_AT + 1), index + 1);
    const lostOnes = recent.filter((figure) => figure.value <= 0).length;
    if (isLost || 2 * lostOnes > recent.length) continue;
    failures.push({ ...open, until: day });
    open = undefined;
  }
  return open === undefined ? failures : [...failures, open];
}
