import type { Observation, Unseen } from "../model/observation/observation.ts";
import type { SeriesName } from "../model/observation/series.ts";

/** One value of one series, read at one moment. */
export interface Sample {
  readonly series: SeriesName;
  readonly of: string;
  readonly value: number;
}

export interface Reading {
  readonly samples: readonly Sample[];
  /** HTTP requests and SQL statements that this took, and the bytes of their answers. */
  readonly questions: number;
  readonly bytes: number;
  /** Figures that this source should have and does not. */
  readonly unseen?: readonly Unseen[];
}

/** What a source knows beside series, such as logs. */
export type Findings = Partial<
  Pick<Observation, "statements" | "logs" | "events" | "profiles" | "pubsub"> & {
    readonly unseen: readonly Unseen[];
    /** What this took, and what was not counted with a reading. */
    readonly questions: number;
    readonly bytes: number;
  }
>;

/** One place that figures are read from. */
export interface FigureSource {
  /** In words: "metrics of coderd-0". */
  readonly what: string;
  /**
   * Reads all figures once. A rate needs the reading before, so the first has none. Throws with a reason for
   * people, which must hold no secret. The signal also ends what takes too long.
   */
  read(signal: AbortSignal): Promise<Reading>;
  /** Called once, after the last reading. `startedAtMs` is the start of the first sample. */
  findings?(startedAtMs: number, signal: AbortSignal): Promise<Findings>;
  close?(): Promise<void>;
}
