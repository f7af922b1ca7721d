import type { MetricRule } from "./metric-rule.ts";

const DB_METRICS = "coderd serves it with CODER_PROMETHEUS_COLLECT_DB_METRICS=true";
const SERVED = "its metrics do not have it";

const code = (is: (code: string) => boolean): Pick<MetricRule, "where"> => ({
  where: (value) => is(value.label("code") ?? ""),
});

/** Either pub/sub has the same metrics. Those of the one that Coder does not use are not read. */
const PUBSUB_METRICS = [
  { pubsub: "postgres", prefix: "coder_pubsub" },
  { pubsub: "nats", prefix: "coder_nats_pubsub" },
] as const;

/**
 * Coder's metrics by the names of version 2.31. The CPU is that of the process alone; Go's collector does not
 * count children, so Terraform is not in it.
 */
export const CODERD_RULES: readonly MetricRule[] = [
  { series: "coderd.cpu", metric: "process_cpu_seconds_total", as: "rate", without: SERVED },
  { series: "coderd.cpu-limit", metric: "go_sched_gomaxprocs_threads", as: "gauge" },
  { series: "coderd.memory", metric: "process_resident_memory_bytes", as: "gauge", without: SERVED },
  { series: "coderd.goroutines", metric: "go_goroutines", as: "gauge", without: SERVED },
  { series: "coderd.open-files", metric: "process_open_fds", as: "gauge", without: SERVED },
  {
    ...{ series: "coderd.requests", metric: "coderd_api_requests_processed_total", as: "rate" },
    without: SERVED,
  },
  { series: "coderd.requests-in-flight", metric: "coderd_api_concurrent_requests", as: "gauge" },
  { series: "coderd.websockets", metric: "coderd_api_concurrent_websockets", as: "gauge", without: SERVED },
  {
    ...{ series: "coderd.api-p95", metric: "coderd_api_request_latencies_seconds", as: "p95", by: 1_000 },
    // Coder counts websockets apart, but not DERP, whose requests last as long as their connection.
    where: (value) => value.label("path")?.startsWith("/derp") !== true,
    without: SERVED,
  },
  {
    ...{ series: "coderd.refused", metric: "coderd_api_requests_processed_total", as: "rate" },
    ...code((each) => each === "429"),
  },
  {
    ...{ series: "coderd.server-errors", metric: "coderd_api_requests_processed_total", as: "rate" },
    ...code((each) => each.startsWith("5")),
  },
  {
    ...{ series: "coderd.db-queries", metric: "coderd_db_query_latencies_seconds", as: "events" },
    without: DB_METRICS,
  },
  {
    ...{ series: "coderd.db-query-p95", metric: "coderd_db_query_latencies_seconds", as: "p95", by: 1_000 },
    without: DB_METRICS,
  },
  { series: "coderd.pool-in-use", metric: "go_sql_in_use_connections", as: "gauge", without: SERVED },
  { series: "coderd.pool-open", metric: "go_sql_open_connections", as: "gauge", without: SERVED },
  // 0 means no limit.
  {
    ...{ series: "coderd.pool-limit", metric: "go_sql_max_open_connections", as: "gauge" },
    ...{ isValid: (value) => value > 0, without: SERVED },
  },
  { series: "coderd.pool-waits", metric: "go_sql_wait_count_total", as: "rate", without: SERVED },
  // Seconds of waiting in one second are the mean number of those who wait.
  {
    series: "coderd.pool-waiting",
    metric: "go_sql_wait_duration_seconds_total",
    as: "rate",
    without: SERVED,
  },
  { series: "coderd.pool-idle-closed", metric: "go_sql_max_idle_closed_total", as: "rate" },
  { series: "coderd.daemons", metric: "coderd_provisionerd_num_daemons", as: "gauge" },
  { series: "coderd.jobs-running", metric: "coderd_provisionerd_jobs_current", as: "gauge" },
  {
    series: "coderd.queue-wait-p95",
    metric: "coderd_provisioner_job_queue_wait_seconds",
    ...{ as: "p95", by: 1_000, without: "coderd serves it from its first job on" },
  },
  {
    ...{ series: "coderd.agents", metric: "coderd_agents_connections", as: "gauge" },
    where: (value) => value.label("status") === "connected",
    without: "coderd counts agents once a minute, and serves it once there are some",
  },
  // Coder sets it to -1 while a measurement fails.
  ...PUBSUB_METRICS.flatMap(({ pubsub, prefix }): MetricRule[] => [
    {
      ...{ series: "coderd.pubsub-latency", metric: `${prefix}_receive_latency_seconds`, as: "gauge" },
      ...{ by: 1_000, isValid: (value) => value >= 0, pubsub },
    },
    {
      ...{ series: "coderd.pubsub-disconnections", metric: `${prefix}_disconnections_total`, as: "rate" },
      pubsub,
    },
  ]),
  { series: "coderd.received", metric: "process_network_receive_bytes_total", as: "rate" },
  { series: "coderd.sent", metric: "process_network_transmit_bytes_total", as: "rate" },
  { series: "coderd.derp-sent", metric: "coder_derp_server_bytes_sent_total", as: "rate" },
  { series: "coderd.derp-dropped", metric: "coder_derp_server_packets_dropped_total", as: "rate" },
];
