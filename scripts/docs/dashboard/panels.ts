import type { SeriesUnit } from "../../../harness/model/observation/series.ts";
import type { QueriedSeries } from "./series-queries.ts";

/** Each unit by the name that Grafana has for it. */
export const GRAFANA_UNITS = {
  cores: "suffix: cores",
  bytes: "bytes",
  "bytes/s": "binBps",
  count: "short",
  "per-second": "cps",
  ms: "ms",
  share: "percentunit",
} as const satisfies Readonly<Record<SeriesUnit, string>>;

/** A panel of live metrics. Names are without their common beginning. */
export interface LivePanel {
  readonly title: string;
  readonly unit: string;
  readonly metrics: Readonly<Record<string, { readonly legend: string }>>;
}

/** What `--metrics-listen` serves. */
export const LIVE_PANELS: readonly LivePanel[] = [
  {
    ...{ title: "Workspaces", unit: "short" },
    metrics: { workspaces: { legend: "{{state}}" }, workspaces_planned: { legend: "planned" } },
  },
  {
    ...{ title: "Connections", unit: "short" },
    metrics: {
      connections: { legend: "{{kind}}" },
      connections_wanted: { legend: "wanted" },
      connections_failed: { legend: "failed" },
    },
  },
  {
    ...{ title: "Verified commands", unit: "cps" },
    metrics: { commands_per_second: { legend: "commands" } },
  },
  {
    ...{ title: "Builds and daemons", unit: "short" },
    metrics: {
      builds_succeeded: { legend: "builds that succeeded" },
      provisioner_daemons: { legend: "provisioner daemons" },
    },
  },
  {
    ...{ title: "Mean build", unit: "s" },
    metrics: { build_mean_seconds: { legend: "mean" } },
  },
  {
    ...{ title: "Users, and what the teardown has yet to delete", unit: "short" },
    metrics: { users: { legend: "users" }, teardown_remaining: { legend: "to be deleted" } },
  },
  {
    ...{ title: "Stage of the run", unit: "short" },
    metrics: {
      stage: { legend: "{{stage}}" },
      run_info: { legend: "{{run}}: {{architecture}}/{{size}}, simulated: {{simulated}}" },
    },
  },
  {
    ...{ title: "Notes", unit: "short" },
    metrics: { notes_total: { legend: "{{level}}" } },
  },
  {
    ...{ title: "Estimated cost", unit: "currencyUSD" },
    metrics: { cost_usd: { legend: "cost" } },
  },
];

/** A row of panels of observed series. All series of a panel have one unit. */
export interface SeriesRow {
  readonly title: string;
  /** Where the row's metrics come from. */
  readonly source: string;
  /** The thing that a line is of, by Prometheus' labels. */
  readonly legend: string;
  readonly panels: readonly (readonly [title: string, ...series: QueriedSeries[]])[];
}

export const SERIES_ROWS: readonly SeriesRow[] = [
  {
    title: "coderd",
    source: "Coder's own metrics (CODER_PROMETHEUS_ENABLE)",
    legend: "{{instance}}",
    panels: [
      ["CPU", "coderd.cpu", "coderd.cpu-limit"],
      ["Memory", "coderd.memory"],
      ["API latency, p95", "coderd.api-p95"],
      ["API requests", "coderd.requests", "coderd.refused", "coderd.server-errors"],
      ["In flight", "coderd.requests-in-flight", "coderd.websockets"],
      ["Goroutines and files", "coderd.goroutines", "coderd.open-files"],
      ["Database pool", "coderd.pool-in-use", "coderd.pool-open", "coderd.pool-limit", "coderd.pool-waiting"],
      ["Waits for the pool", "coderd.pool-waits", "coderd.pool-idle-closed"],
      ["Database queries (CODER_PROMETHEUS_COLLECT_DB_METRICS)", "coderd.db-queries"],
      ["Latency of database queries, p95 (CODER_PROMETHEUS_COLLECT_DB_METRICS)", "coderd.db-query-p95"],
      ["Provisioner jobs", "coderd.jobs-running", "coderd.daemons"],
      ["Wait in the queue, p95", "coderd.queue-wait-p95"],
      ["Agents", "coderd.agents"],
      ["Pub/sub latency", "coderd.pubsub-latency"],
      ["Lost connections and packets", "coderd.pubsub-disconnections", "coderd.derp-dropped"],
      ["Network", "coderd.received", "coderd.sent", "coderd.derp-sent"],
    ],
  },
  {
    title: "Terraform and containers",
    source: "cAdvisor's metrics of the namespace; limits and restarts from kube-state-metrics",
    legend: "{{pod}} {{container}}",
    panels: [
      ["Terraform's CPU (needs the label pod on Coder's metrics)", "terraform.cpu"],
      ["CPU and its limit", "container.cpu", "container.cpu-limit"],
      ["Throttled", "container.throttled"],
      ["Memory and its limit", "container.memory", "container.memory-limit"],
      ["Restarts in the shown time", "container.restarts"],
    ],
  },
  {
    title: "Nodes",
    source: "Prometheus' node exporter",
    legend: "{{instance}}",
    panels: [
      ["CPU", "node.cpu", "node.cores"],
      ["Memory", "node.memory", "node.memory-size"],
      ["Pressure", "node.cpu-pressure", "node.memory-pressure", "node.io-pressure"],
      ["Network", "node.received", "node.sent"],
    ],
  },
  {
    title: "Database",
    source: "postgres_exporter",
    legend: "{{server}}",
    panels: [
      ["Connections", "database.connections", "database.connection-limit", "database.active"],
      ["Transactions", "database.transactions", "database.rollbacks", "database.deadlocks"],
      ["Cache hits", "database.cache-hits"],
      ["Temporary files", "database.temporary"],
      ["Size", "database.size"],
    ],
  },
];
