import jstat from "jstat";
import type { NightFigure } from "./night-figure.ts";

/** Nights on which nothing that a figure measures succeeded: the largest possible change, which needs no confirmation. */
export interface TotalFailure {
  /** The first of these nights. */
  readonly day: string;
  readonly runId: string;
  /** Why there is no figure: "0 of 1,000". */
  readonly reason: string;
  /** How many nights failed until it ended. */
  readonly nights: number;
  /** The level before; absent if the series began with the failure. */
  readonly before?: number;
  /** The night that ended it or began a new series; absent while it is ongoing. */
  readonly until?: string;
}

/** A failure ends once most of this many last nights have the figure again. */
const LOOKED_AT = 5;

/** Finds the total failures in one stretch, oldest first. */
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
