import type { Breach } from "./laws.ts";

/** One point as the summary tells it. */
export interface PointResult {
  /** Replays this point alone: `--only <seed>`. */
  readonly seed: string;
  readonly kind: "fake" | "real";
  /** Kind of run: run through, staged, torn down by hand. */
  readonly run: string;
  readonly isClean: boolean;
  readonly verdict: string;
  readonly teardown: string;
  readonly timeToCleanMs: number;
  readonly breaches: readonly Breach[];
  /** What the point did, for the one who looks into a breach. */
  readonly schedule: unknown;
}
