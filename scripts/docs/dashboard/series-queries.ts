import type { SeriesName } from "../../../harness/model/observation/series.ts";

/** Coder's targets; Go's and the process' metrics have the same names in every program. */
const CODER = 'job=~"$job"';
/** Coder's pods, by cAdvisor's labels. Containers without a name are the whole pod. */
const POD = 'namespace="$namespace", container!="", container!="POD"';
const NODE = 'instance=~"$node"';
/** The same devices that refbench leaves out. */
const CARD = `${NODE}, device!~"(lo|veth|cali|cni|docker|br-|virbr|tap|tun|ifb|dummy|flannel|cilium|lxc|kube).*"`;
const DATABASE = 'datname="$database"';

const value = (by: string, metric: string, labels: string): string => `sum by (${by}) (${metric}{${labels}})`;
const rate = (by: string, metric: string, labels: string): string =>
  `sum by (${by}) (rate(${metric}{${labels}}[$__rate_interval]))`;
/** Milliseconds of a histogram of seconds. */
const p95 = (by: string, metric: string, labels: string): string =>
  `1000 * histogram_quantile(0.95, sum by (${by}, le) (rate(${metric}_bucket{${labels}}[$__rate_interval])))`;

const coder = {
  value: (metric: string) => value("instance", metric, CODER),
  rate: (metric: string, labels = "") => rate("instance", metric, CODER + labels),
  p95: (metric: string, labels = "") => p95("instance", metric, CODER + labels),
};

/** Either pub/sub's metric: where a replica serves NATS', Coder does not use Postgres'. */
const pubsub = (read: (metric: string) => string, name: string): string =>
  `(${read(`coder_nats_pubsub_${name}`)} or ${read(`coder_pubsub_${name}`)})`;

/** The same figures as coderd's rules (harness/observation/metrics/coderd-rules.ts), each replica by its `instance`. */
const CODERD = {
  "coderd.cpu": coder.rate("process_cpu_seconds_total"),
  "coderd.cpu-limit": coder.value("go_sched_gomaxprocs_threads"),
  "coderd.memory": coder.value("process_resident_memory_bytes"),
  "coderd.goroutines": coder.value("go_goroutines"),
  "coderd.open-files": coder.value("process_open_fds"),
  "coderd.requests": coder.rate("coderd_api_requests_processed_total"),
  "coderd.requests-in-flight": coder.value("coderd_api_concurrent_requests"),
  "coderd.websockets": coder.value("coderd_api_concurrent_websockets"),
  "coderd.api-p95": coder.p95("coderd_api_request_latencies_seconds", ', path!~"/derp.*"'),
  "coderd.refused": coder.rate("coderd_api_requests_processed_total", ', code="429"'),
  "coderd.server-errors": coder.rate("coderd_api_requests_processed_total", ', code=~"5.*"'),
  "coderd.db-queries": coder.rate("coderd_db_query_latencies_seconds_count"),
  "coderd.db-query-p95": coder.p95("coderd_db_query_latencies_seconds"),
  "coderd.pool-in-use": coder.value("go_sql_in_use_connections"),
  "coderd.pool-open": coder.value("go_sql_open_connections"),
  // 0 means no limit.
  "coderd.pool-limit": `${coder.value("go_sql_max_open_connections")} > 0`,
  "coderd.pool-waits": coder.rate("go_sql_wait_count_total"),
  "coderd.pool-waiting": coder.rate("go_sql_wait_duration_seconds_total"),
  "coderd.pool-idle-closed": coder.rate("go_sql_max_idle_closed_total"),
  "coderd.daemons": coder.value("coderd_provisionerd_num_daemons"),
  "coderd.jobs-running": coder.value("coderd_provisionerd_jobs_current"),
  "coderd.queue-wait-p95": coder.p95("coderd_provisioner_job_queue_wait_seconds"),
  "coderd.agents": value("instance", "coderd_agents_connections", `${CODER}, status="connected"`),
  // Coder sets it to -1 while a measurement fails.
  "coderd.pubsub-latency": `1000 * (${pubsub(coder.value, "receive_latency_seconds")} >= 0)`,
  "coderd.pubsub-disconnections": pubsub(coder.rate, "disconnections_total"),
  "coderd.received": coder.rate("process_network_receive_bytes_total"),
  "coderd.sent": coder.rate("process_network_transmit_bytes_total"),
  "coderd.derp-sent": coder.rate("coder_derp_server_bytes_sent_total"),
  "coderd.derp-dropped": coder.rate("coder_derp_server_packets_dropped_total"),
} as const satisfies Partial<Record<SeriesName, string>>;

const throttled = rate("pod, container", "container_cpu_cfs_throttled_periods_total", POD);
const periods = rate("pod, container", "container_cpu_cfs_periods_total", POD);

/** cAdvisor's metrics of Coder's namespace, and kube-state-metrics' limits and restarts. */
const CONTAINERS = {
  "container.cpu": rate("pod, container", "container_cpu_usage_seconds_total", POD),
  "container.cpu-limit": value(
    "pod, container",
    "kube_pod_container_resource_limits",
    `${POD}, resource="cpu"`,
  ),
  "container.throttled": `${throttled} / (${periods} > 0)`,
  "container.memory": value("pod, container", "container_memory_working_set_bytes", POD),
  "container.memory-limit": value(
    "pod, container",
    "kube_pod_container_resource_limits",
    `${POD}, resource="memory"`,
  ),
  "container.restarts": `sum by (pod, container) (increase(kube_pod_container_status_restarts_total{${POD}}[$__range]))`,
  // Go's collector does not count children, so the difference is Terraform's.
  "terraform.cpu": `clamp_min(${rate("pod", "container_cpu_usage_seconds_total", `${POD}, container="coder"`)} - ${rate("pod", "process_cpu_seconds_total", CODER)}, 0)`,
} as const satisfies Partial<Record<SeriesName, string>>;

/** The same figures as the node exporter's rules (harness/observation/metrics/node-rules.ts). */
const NODES = {
  "node.cpu": rate(
    "instance",
    "node_cpu_seconds_total",
    `${NODE}, mode!~"idle|iowait|steal|guest|guest_nice"`,
  ),
  "node.cores": `count by (instance) (node_cpu_seconds_total{${NODE}, mode="idle"})`,
  "node.memory": `${value("instance", "node_memory_MemTotal_bytes", NODE)} - ${value("instance", "node_memory_MemAvailable_bytes", NODE)}`,
  "node.memory-size": value("instance", "node_memory_MemTotal_bytes", NODE),
  "node.cpu-pressure": rate("instance", "node_pressure_cpu_waiting_seconds_total", NODE),
  "node.memory-pressure": rate("instance", "node_pressure_memory_waiting_seconds_total", NODE),
  "node.io-pressure": rate("instance", "node_pressure_io_waiting_seconds_total", NODE),
  "node.received": rate("instance", "node_network_receive_bytes_total", CARD),
  "node.sent": rate("instance", "node_network_transmit_bytes_total", CARD),
} as const satisfies Partial<Record<SeriesName, string>>;

const hits = rate("server", "pg_stat_database_blks_hit", DATABASE);
const reads = rate("server", "pg_stat_database_blks_read", DATABASE);

/** postgres_exporter's metrics. Its own connection is among them, where refbench leaves its own out. */
const DATABASES = {
  "database.connections": "sum by (server) (pg_stat_activity_count)",
  "database.connection-limit":
    "sum by (server) (pg_settings_max_connections) - sum by (server) (pg_settings_superuser_reserved_connections)",
  "database.active": value("server", "pg_stat_activity_count", `${DATABASE}, state="active"`),
  "database.transactions": rate("server", "pg_stat_database_xact_commit", DATABASE),
  "database.rollbacks": rate("server", "pg_stat_database_xact_rollback", DATABASE),
  "database.cache-hits": `${hits} / (${hits} + ${reads} > 0)`,
  "database.deadlocks": rate("server", "pg_stat_database_deadlocks", DATABASE),
  "database.temporary": rate("server", "pg_stat_database_temp_bytes", DATABASE),
  "database.size": value("server", "pg_database_size_bytes", DATABASE),
} as const satisfies Partial<Record<SeriesName, string>>;

/**
 * The PromQL that corresponds to each series, where metrics exist that a Prometheus of the user's may have. Grafana
 * replaces `$__rate_interval` and the dashboard's variables.
 */
export const SERIES_QUERIES = { ...CODERD, ...CONTAINERS, ...NODES, ...DATABASES } as const;
export type QueriedSeries = keyof typeof SERIES_QUERIES;
