import type { Moment, ObservedLoad } from "../limits/observed-load.ts";

/** A published figure that a claim is compared with. */
export interface PublishedFigure {
  readonly value: number;
  readonly source: string;
  /**
   * `typical`: it agrees where the measured range contains it. `at-most`: it is what a deployment is given, and agrees
   * where the measured range stays below it.
   */
  readonly is: "typical" | "at-most";
}

/** One figure that sizing rests on. */
export interface ClaimRule {
  readonly id: string;
  readonly words: string;
  readonly unit: string;
  readonly published: readonly PublishedFigure[];
  /** What it needs, in words that complete "not seen: …". */
  readonly needs: string;
  /** Moments that carry it; with why there may be none, in words that complete "no sample …". */
  readonly among: (moment: Moment, load: ObservedLoad) => boolean;
  readonly without: string;
  /** Divides by the users of the load without a base load. Absent = not. */
  readonly isPerUser?: true;
  /** The value at one moment; undefined where it is not known. `base` is the least `amount` before the load. */
  readonly value: (moment: Moment, load: ObservedLoad, base: number) => number | undefined;
  /** What a base load is subtracted from: its least value in samples before the first build and connection. Absent = nothing is. */
  readonly amount?: (moment: Moment, load: ObservedLoad) => number | undefined;
}
