import type { SeriesName } from "../../../model/observation/series.ts";

/** One chart of observed series. */
export interface ServerChart {
  readonly id: string;
  readonly name: string;
  /** Drawn as a line for each thing. With several series, each thing has a line for each of them. */
  readonly series: readonly SeriesName[];
  /** Their words in the legend, where there are several. */
  readonly words?: readonly string[];
  /** Dashed: the most that the series can be. */
  readonly ceiling?: { readonly series: SeriesName; readonly words: string };
  /** Each value is divided by this series of the same thing, and shown as a share. */
  readonly per?: SeriesName;
  /** Only things of these roles, where things are named `<role>/<name>`. */
  readonly roles?: readonly string[];
  /** Left out where all its values are zero. */
  readonly isOnlyAboveZero?: boolean;
}

/** The charts of the deployment, in order. */
export const SERVER_CHARTS: readonly ServerChart[] = [
  {
    id: "coderd-cpu",
    name: "CPU of coderd, without Terraform",
    series: ["coderd.cpu"],
    ceiling: { series: "container.cpu-limit", words: "CPU limit of its container" },
    roles: ["coderd"],
  },
  { id: "terraform-cpu", name: "CPU of Terraform's processes", series: ["terraform.cpu"] },
  {
    id: "throttled",
    name: "Time in which containers were throttled",
    series: ["container.throttled"],
    isOnlyAboveZero: true,
  },
  {
    id: "coderd-memory",
    name: "Memory of coderd",
    series: ["coderd.memory"],
    ceiling: { series: "container.memory-limit", words: "memory limit of its container" },
    roles: ["coderd"],
  },
  { id: "api-p95", name: "API latency by coderd's own histograms, p95", series: ["coderd.api-p95"] },
  { id: "queue-wait", name: "Wait of builds in the queue, p95", series: ["coderd.queue-wait-p95"] },
  {
    id: "pool",
    name: "Database connections in use by coderd",
    series: ["coderd.pool-in-use"],
    ceiling: { series: "coderd.pool-limit", words: "limit of each replica" },
  },
  {
    id: "pool-waits",
    name: "Waits of coderd for a database connection",
    series: ["coderd.pool-waits"],
    isOnlyAboveZero: true,
  },
  {
    id: "database-cpu",
    name: "CPU of the database",
    series: ["database.cpu"],
    ceiling: { series: "database.cores", words: "CPU that it may use" },
  },
  {
    id: "database-connections",
    name: "Connections to the database",
    series: ["database.connections"],
    ceiling: { series: "database.connection-limit", words: "limit" },
  },
  {
    id: "database-sessions",
    name: "Sessions of the database",
    series: ["database.active", "database.waiting", "database.lock-waits"],
    words: ["run a statement", "wait", "wait for a lock"],
  },
  {
    id: "node-cpu",
    name: "CPU of nodes and machines, share in use",
    series: ["node.cpu"],
    per: "node.cores",
  },
];

/** Returns the id of the chart with a series; undefined if no chart of the list has it. */
export function chartWith(series: string): string | undefined {
  return SERVER_CHARTS.find((chart) =>
    [...chart.series, chart.ceiling?.series].some((each) => each === series),
  )?.id;
}

/** Returns the anchor of a chart on a run's page. */
export function chartAnchor(id: string): string {
  return `server-${id}`;
}
