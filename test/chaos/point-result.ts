import type { Breach } from "./laws.ts";

/** One point as the summary shows it. */
export interface PointResult {
  /** Replays this point alone: `--only <seed>`. */
  readonly seed: string;
  readonly kind: "fake" | "real";
  /** Kind of run: run through, staged, torn down manually. */
  readonly run: string;
  readonly isClean: boolean;
  readonly verdict: string;
  readonly teardown: string;
  readonly timeToCleanMs: number;
  readonly breaches: readonly Breach[];
  /** The point's schedule, to investigate a breach. */
  readonly schedule: unknown;
}
