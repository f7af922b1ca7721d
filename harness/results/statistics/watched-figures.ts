/** A figure of which a change over nights is told. */
export interface WatchedFigure {
  /** Path into the measurements. */
  readonly metric: string;
  /** In words with its unit. */
  readonly description: string;
  readonly worse: "larger" | "smaller";
}

/** What is watched over nights, and compared between versions: few, since each one more is one more chance to err. */
export const WATCHED_FIGURES = [
  { metric: "phases.workspace-ready.p95", description: "workspace ready, p95 (ms)", worse: "larger" },
  { metric: "phases.build.p50", description: "build by the server's clock, median (ms)", worse: "larger" },
  {
    metric: "phases.terminal-first-byte.p95",
    description: "terminal's first byte, p95 (ms)",
    worse: "larger",
  },
  { metric: "phases.ssh-handshake.p95", description: "SSH handshake, p95 (ms)", worse: "larger" },
  {
    metric: "builds.timeWeightedRunning",
    description: "builds running at once, over time",
    worse: "smaller",
  },
  { metric: "connections.held", description: "connections held at the same time", worse: "smaller" },
] as const satisfies readonly WatchedFigure[];
