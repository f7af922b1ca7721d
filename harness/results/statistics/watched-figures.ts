import type { Measurements, RunRecord } from "../../model/record/record.ts";
import { findFigure } from "../judge/objectives.ts";

/** A figure that is searched for changes over nights. */
export interface WatchedFigure {
  /** Path into the measurements. */
  readonly metric: string;
  /** Display name. */
  readonly name: string;
  /** Display name with its unit. */
  readonly description: string;
  readonly worse: "larger" | "smaller";
  /** Returns how many items that the figure measures the load requested. */
  readonly asked: (record: RunRecord & { readonly measurements: Measurements }) => number;
  /** Returns how many of them succeeded, counted independently of the figure. */
  readonly reached: (measurements: Measurements) => number;
}

const OF_WORKSPACES = {
  asked: ({ measurements }) => measurements.workspaces.asked,
  reached: ({ workspaces }) => workspaces.ready,
} as const satisfies Pick<WatchedFigure, "asked" | "reached">;

/** The figures watched over nights and compared between versions. Few, because each one adds a chance of error. */
export const WATCHED_FIGURES = [
  {
    metric: "phases.workspace-ready.p95",
    name: "workspace ready, p95",
    description: "workspace ready, p95 (ms)",
    worse: "larger",
    ...OF_WORKSPACES,
  },
  {
    metric: "phases.build.p50",
    name: "build, median",
    description: "build by the server's clock, median (ms)",
    worse: "larger",
    ...OF_WORKSPACES,
  },
  {
    metric: "phases.terminal-first-byte.p95",
    name: "terminal's first byte, p95",
    description: "terminal's first byte, p95 (ms)",
    worse: "larger",
    asked: ({ measurements: { connections }, load }) => connections.asked - sshAsked(connections, load),
    reached: ({ connections }) => connections.heldTerminal,
  },
  {
    metric: "phases.ssh-handshake.p95",
    name: "SSH handshake, p95",
    description: "SSH handshake, p95 (ms)",
    worse: "larger",
    asked: ({ measurements: { connections }, load }) => sshAsked(connections, load),
    reached: ({ connections }) => connections.heldSsh,
  },
  {
    metric: "builds.timeWeightedRunning",
    name: "builds at once",
    description: "builds running at once, over time",
    worse: "smaller",
    ...OF_WORKSPACES,
  },
  {
    metric: "connections.held",
    name: "connections held",
    description: "connections held at the same time",
    worse: "smaller",
    asked: ({ measurements }) => measurements.connections.asked,
    reached: ({ connections }) => connections.held,
  },
] as const satisfies readonly WatchedFigure[];

function sshAsked({ asked, sshPath }: Measurements["connections"], { sshShare }: RunRecord["load"]): number {
  return sshPath === "none" ? 0 : Math.round(asked * sshShare);
}

/** A share of failures watched over nights by its counts, because it is often zero and then has no ratio. */
export interface WatchedShare extends Pick<WatchedFigure, "metric" | "name" | "description"> {
  readonly worse: "larger";
  readonly failed: (measurements: Measurements) => number;
  readonly of: (measurements: Measurements) => number;
}

/** The shares of failures that are watched over nights. */
export const WATCHED_SHARES = [
  {
    metric: "workspaces.failedShare",
    name: "workspaces that failed",
    description: "workspaces that failed, share of those asked for",
    worse: "larger",
    failed: ({ workspaces }) => workspaces.asked - workspaces.succeeded,
    of: ({ workspaces }) => workspaces.asked,
  },
  {
    metric: "connections.notHeldShare",
    name: "connections not held",
    description: "connections that were not held, share of those asked for",
    worse: "larger",
    failed: ({ connections }) => connections.asked - connections.held,
    of: ({ connections }) => connections.asked,
  },
  {
    metric: "phases.api-probe.errorShare",
    name: "API probes that failed",
    description: "API probes that failed, share",
    worse: "larger",
    failed: (measurements) => findFigure(measurements, "phases.api-probe.failures") ?? 0,
    of: (measurements) => findFigure(measurements, "phases.api-probe.attempts") ?? 0,
  },
] as const satisfies readonly WatchedShare[];

/** The path of a watched figure in the measurements. */
export type WatchedMetric =
  (typeof WATCHED_FIGURES)[number]["metric"] | (typeof WATCHED_SHARES)[number]["metric"];

/** Whether a figure that rose (above 0) or fell (below 0) got worse. */
export function isWorse({ worse }: Pick<WatchedFigure, "worse">, magnitude: number): boolean {
  return worse === "larger" ? magnitude > 0 : magnitude < 0;
}
