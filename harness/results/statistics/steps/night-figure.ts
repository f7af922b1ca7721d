/** One figure of one run. A night that was measured again has several. */
export interface NightFigure {
  /** UTC day on which the night began. */
  readonly day: string;
  readonly runId: string;
  /** Zero = a total failure: nothing that the figure measures succeeded. */
  readonly value: number;
  /** For a total failure: how many of how many succeeded. */
  readonly lost?: string;
  /** The key of the fingerprint. */
  readonly fingerprint: string;
  readonly coderVersion?: string;
}
