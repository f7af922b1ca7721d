import type { Measurements, RunRecord } from "../../../model/record/record.ts";
import type { Phase } from "../../../model/record/worker-result.ts";
import { formatLatency } from "../../format/format.ts";
import { formatCount } from "../../../tools/count-text.ts";
import { combineHistograms, type Percentile, summarize } from "../../judge/histogram.ts";
import { WATCHED_SHARES, type WatchedMetric } from "../../statistics/watched-figures.ts";

/** A key figure of a run. */
export interface KeyFigure {
  readonly name: string;
  /** The metric of its search for steps, if there is one. */
  readonly metric?: WatchedMetric;
  /** Returns undefined if the run did not measure it, or has too few samples. */
  readonly read: (record: RunRecord) => number | undefined;
  readonly text: (value: number) => string;
  readonly worse: "larger" | "smaller";
  /** Counts have no ticks between whole numbers. */
  readonly isCount?: boolean;
}

/** From the request to a usable workspace. */
export const READY: KeyFigure = {
  name: "Workspace ready, p95",
  metric: "phases.workspace-ready.p95",
  read: percentileOf("workspace-ready", 95),
  text: formatLatency,
  worse: "larger",
};

/** From the request of a terminal to its first byte. */
export const TERMINAL: KeyFigure = {
  name: "Terminal's first byte, p95",
  metric: "phases.terminal-first-byte.p95",
  read: percentileOf("terminal-first-byte", 95),
  text: formatLatency,
  worse: "larger",
};

/** The figures with a column in tables of runs, in order. */
export const KEY_FIGURES: readonly KeyFigure[] = [
  READY,
  TERMINAL,
  {
    name: "API latency for other users, p95",
    read: percentileOf("api-probe", 95),
    text: formatLatency,
    worse: "larger",
  },
  {
    name: "Connections held concurrently",
    metric: "connections.held",
    read: measured(({ connections }) => connections.held),
    text: formatCount,
    worse: "smaller",
    isCount: true,
  },
  {
    name: "Concurrent builds, peak",
    read: measured(({ builds }) => builds.peakRunning),
    text: formatCount,
    worse: "smaller",
    isCount: true,
  },
  { name: "Cost", read: costOf, text: usd, worse: "larger" },
];

/** The figures drawn over nights: key figures, and figures that are only searched for steps. */
export const TREND_FIGURES: readonly KeyFigure[] = [
  ...KEY_FIGURES,
  {
    name: "Build by the server's clock, median",
    metric: "phases.build.p50",
    read: percentileOf("build", 50),
    text: formatLatency,
    worse: "larger",
  },
  {
    name: "SSH handshake, p95",
    metric: "phases.ssh-handshake.p95",
    read: percentileOf("ssh-handshake", 95),
    text: formatLatency,
    worse: "larger",
  },
  {
    name: "Concurrent builds, time-weighted",
    metric: "builds.timeWeightedRunning",
    read: measured(({ builds }) => builds.timeWeightedRunning),
    text: (value) => value.toFixed(1),
    worse: "smaller",
  },
  ...WATCHED_SHARES.map(({ metric, name, failed, of }): KeyFigure => ({
    name: `${name.slice(0, 1).toUpperCase()}${name.slice(1)}, share`,
    metric,
    worse: "larger",
    read: measured((measurements) => {
      const attempts = of(measurements);
      return attempts === 0 ? undefined : failed(measurements) / attempts;
    }),
    // The axis extends beyond its values, but shares do not.
    text: (value) => (value < 0 || value > 1 ? "" : `${Number((value * 100).toFixed(1))} %`),
  })),
];

/** Returns the cost of a run in USD: the amount spent, or the estimate if that is unknown. */
export function costOf({ cost }: RunRecord): number | undefined {
  return cost?.spent ?? cost?.estimate.total;
}

/** Formats an amount in USD. */
export function usd(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

/** Formats an amount of many dollars without cents: `$1,658`; smaller ones with them. */
export function monthWords(amount: number): string {
  return amount < 100 ? usd(amount) : `$${formatCount(Math.round(amount))}`;
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
