import type { Measurements, RunRecord } from "../../model/record/record.ts";
import type { Phase } from "../../model/record/worker-result.ts";
import { formatCount, formatLatency } from "../format/format.ts";
import { combineHistograms, type Percentile, summarize } from "../judge/histogram.ts";
import { WATCHED_SHARES, type WatchedMetric } from "../statistics/watched-figures.ts";

/** A figure that a run is looked at by first. */
export interface KeyFigure {
  readonly name: string;
  /** Under which steps are looked for in it, where they are. */
  readonly metric?: WatchedMetric;
  /** Undefined where the run did not measure it, or measured too little. */
  readonly read: (record: RunRecord) => number | undefined;
  readonly text: (value: number) => string;
  /** Counts have no marks between two whole ones. */
  readonly isCount?: boolean;
}

/** The figures that a run has a column for, in order. */
export const KEY_FIGURES: readonly KeyFigure[] = [
  {
    name: "Workspace ready, p95",
    metric: "phases.workspace-ready.p95",
    read: percentileOf("workspace-ready", 95),
    text: formatLatency,
  },
  {
    name: "Terminal's first byte, p95",
    metric: "phases.terminal-first-byte.p95",
    read: percentileOf("terminal-first-byte", 95),
    text: formatLatency,
  },
  { name: "API as other users felt it, p95", read: percentileOf("api-probe", 95), text: formatLatency },
  {
    name: "Connections held at once",
    metric: "connections.held",
    read: measured(({ connections }) => connections.held),
    text: formatCount,
    isCount: true,
  },
  {
    name: "Builds running at once, peak",
    read: measured(({ builds }) => builds.peakRunning),
    text: formatCount,
    isCount: true,
  },
  { name: "Cost", read: costOf, text: usd },
];

/** The figures that are drawn over nights: also those in which only steps are looked for. */
export const TREND_FIGURES: readonly KeyFigure[] = [
  ...KEY_FIGURES,
  {
    name: "Build by the server's clock, median",
    metric: "phases.build.p50",
    read: percentileOf("build", 50),
    text: formatLatency,
  },
  {
    name: "SSH handshake, p95",
    metric: "phases.ssh-handshake.p95",
    read: percentileOf("ssh-handshake", 95),
    text: formatLatency,
  },
  {
    name: "Builds running at once, over time",
    metric: "builds.timeWeightedRunning",
    read: measured(({ builds }) => builds.timeWeightedRunning),
    text: (value) => value.toFixed(1),
  },
  ...WATCHED_SHARES.map(({ metric, name, failed, of }): KeyFigure => ({
    name: `${name.slice(0, 1).toUpperCase()}${name.slice(1)}, share`,
    metric,
    read: measured((measurements) => {
      const attempts = of(measurements);
      return attempts === 0 ? undefined : failed(measurements) / attempts;
    }),
    // An axis reaches beyond its values, where a share has none.
    text: (value) => (value < 0 || value > 1 ? "" : `${Number((value * 100).toFixed(1))} %`),
  })),
];

/** What a run cost in USD: what was spent or, where that is not known, what was expected. */
export function costOf({ cost }: RunRecord): number | undefined {
  return cost?.spent ?? cost?.estimate.total;
}

/** An amount in USD. */
export function usd(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

function percentileOf(phase: Phase, percentile: Percentile): KeyFigure["read"] {
  return measured(({ histograms }) => {
    const [merged] = combineHistograms(
      histograms.filter((each) => each.phase === phase && each.basis === "intended"),
    );
    return merged === undefined ? undefined : summarize(merged).percentilesUs[percentile];
  });
}

function measured(read: (measurements: Measurements) => number | undefined): KeyFigure["read"] {
  return ({ measurements }) => (measurements === undefined ? undefined : read(measurements));
}
