/** One figure of one run. A night that was measured again has several. */
export interface NightFigure {
  /** UTC day on which the night began. */
  readonly day: string;
  readonly runId: string;
  /** Zero = a total failure: nothing of what the figure is about succeeded. */
  readonly value: number;
  /** Of a total failure: how many of how many succeeded. */
  readonly lost?: string;
  /** What it was measured on, as one word. */
  readonly fingerprint: string;
  readonly coderVersion?: string;
}
