/** A figure of which a change over nights is told. */
export interface WatchedFigure {
  /** Path into the measurements. */
  readonly metric: string;
  /** In words. */
  readonly name: string;
  /** With its unit. */
  readonly description: string;
  readonly worse: "larger" | "smaller";
}

/** What is watched over nights, and compared between versions: few, since each one more is one more chance to err. */
export const WATCHED_FIGURES = [
  {
    metric: "phases.workspace-ready.p95",
    name: "workspace ready, p95",
    description: "workspace ready, p95 (ms)",
    worse: "larger",
  },
  {
    metric: "phases.build.p50",
    name: "build, median",
    description: "build by the server's clock, median (ms)",
    worse: "larger",
  },
  {
    metric: "phases.terminal-first-byte.p95",
    name: "terminal's first byte, p95",
    description: "terminal's first byte, p95 (ms)",
    worse: "larger",
  },
  {
    metric: "phases.ssh-handshake.p95",
    name: "SSH handshake, p95",
    description: "SSH handshake, p95 (ms)",
    worse: "larger",
  },
  {
    metric: "builds.timeWeightedRunning",
    name: "builds at once",
    description: "builds running at once, over time",
    worse: "smaller",
  },
  {
    metric: "connections.held",
    name: "connections held",
    description: "connections held at the same time",
    worse: "smaller",
  },
] as const satisfies readonly WatchedFigure[];

/** A path into the measurements that is watched. */
export type WatchedMetric = (typeof WATCHED_FIGURES)[number]["metric"];

/** Whether a figure that rose by this much (0.1 = 10 %) is for the worse. */
export function isWorse({ worse }: Pick<WatchedFigure, "worse">, magnitude: number): boolean {
  return worse === "larger" ? magnitude > 0 : magnitude < 0;
}
