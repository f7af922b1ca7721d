/** Units of observed series. */
export const SERIES_UNITS = ["cores", "bytes", "bytes/s", "count", "per-second", "ms", "share"] as const;
export type SeriesUnit = (typeof SERIES_UNITS)[number];

export interface SeriesKind {
  readonly unit: SeriesUnit;
  /** What it measures, in words that complete "the …". */
  readonly words: string;
}

/**
 * Every figure of the deployment that is observed during a load, by the name that records, rules, pages and exports
 * use. A rate is the mean since the sample before. A percentile is estimated from the server's own histogram buckets.
 */
export const SERIES = {
  // Each replica of coderd, from its metrics.
  "coderd.cpu": { unit: "cores", words: "CPU of the coderd process, without Terraform" },
  "coderd.cpu-limit": { unit: "cores", words: "CPU that the Go runtime of coderd uses at most (GOMAXPROCS)" },
  "coderd.memory": { unit: "bytes", words: "resident memory of the coderd process" },
  "coderd.goroutines": { unit: "count", words: "goroutines" },
  "coderd.open-files": { unit: "count", words: "open files of the coderd process" },
  "coderd.requests": { unit: "per-second", words: "answered API requests" },
  "coderd.requests-in-flight": { unit: "count", words: "API requests in flight" },
  "coderd.websockets": { unit: "count", words: "open websockets" },
  "coderd.api-p95": { unit: "ms", words: "latency of API requests, p95" },
  "coderd.refused": { unit: "per-second", words: "API requests answered with 429" },
  "coderd.server-errors": { unit: "per-second", words: "API requests answered with 5xx" },
  "coderd.db-queries": { unit: "per-second", words: "database queries" },
  "coderd.db-query-p95": { unit: "ms", words: "latency of database queries, p95" },
  "coderd.pool-in-use": { unit: "count", words: "database connections in use" },
  "coderd.pool-open": { unit: "count", words: "open database connections" },
  "coderd.pool-limit": { unit: "count", words: "largest number of database connections" },
  "coderd.pool-waits": { unit: "per-second", words: "waits for a database connection" },
  "coderd.pool-waiting": { unit: "count", words: "mean number of waiters for a database connection" },
  "coderd.pool-idle-closed": { unit: "per-second", words: "idle database connections closed" },
  "coderd.daemons": { unit: "count", words: "provisioner daemons" },
  "coderd.jobs-running": { unit: "count", words: "running provisioner jobs" },
  "coderd.queue-wait-p95": { unit: "ms", words: "wait of provisioner jobs in the queue, p95" },
  "coderd.agents": { unit: "count", words: "connected agents" },
  "coderd.pubsub-latency": { unit: "ms", words: "latency of a message through pub/sub" },
  "coderd.pubsub-disconnections": { unit: "per-second", words: "lost pub/sub connections" },
  "coderd.received": { unit: "bytes/s", words: "network traffic received by the coderd process" },
  "coderd.sent": { unit: "bytes/s", words: "network traffic sent by the coderd process" },
  "coderd.derp-sent": { unit: "bytes/s", words: "traffic relayed by DERP" },
  "coderd.derp-dropped": { unit: "per-second", words: "packets dropped by DERP" },

  // Terraform's processes of one replica or external provisioner.
  "terraform.cpu": { unit: "cores", words: "CPU of Terraform's processes" },
  "terraform.memory": { unit: "bytes", words: "memory of Terraform's processes" },
  "terraform.processes": { unit: "count", words: "processes of Terraform and its providers" },

  // Each container, or the control group of a process on a machine. Thing: `<role>/<name>`.
  "container.cpu": { unit: "cores", words: "CPU of the container" },
  "container.cpu-limit": { unit: "cores", words: "CPU limit of the container" },
  "container.throttled": { unit: "share", words: "time in which the container was throttled" },
  "container.memory": { unit: "bytes", words: "working set of the container" },
  "container.memory-limit": { unit: "bytes", words: "memory limit of the container" },
  "container.restarts": { unit: "count", words: "restarts of the container since the load began" },

  // Each node or machine.
  "node.cpu": { unit: "cores", words: "CPU in use" },
  "node.cores": { unit: "cores", words: "CPU of the node" },
  "node.memory": { unit: "bytes", words: "memory in use, without page cache" },
  "node.memory-size": { unit: "bytes", words: "memory of the node" },
  "node.cpu-pressure": { unit: "share", words: "time in which a task waited for CPU" },
  "node.memory-pressure": { unit: "share", words: "time in which a task waited for memory" },
  "node.io-pressure": { unit: "share", words: "time in which a task waited for a disk" },
  "node.received": { unit: "bytes/s", words: "network traffic received" },
  "node.sent": { unit: "bytes/s", words: "network traffic sent" },
  "node.pods": { unit: "count", words: "pods on the node" },
  "node.pods-limit": { unit: "count", words: "largest number of pods on the node" },

  // The database, from SQL, its container or machine, or its cloud.
  "database.cpu": { unit: "cores", words: "CPU of the database" },
  "database.cores": { unit: "cores", words: "CPU that the database may use" },
  "database.memory": { unit: "bytes", words: "memory of the database in use" },
  "database.memory-size": { unit: "bytes", words: "memory that the database may use" },
  "database.connections": { unit: "count", words: "connections to the database" },
  "database.connection-limit": { unit: "count", words: "largest number of connections" },
  "database.active": { unit: "count", words: "sessions that run a statement" },
  "database.waiting": { unit: "count", words: "sessions whose statement waits" },
  "database.lock-waits": { unit: "count", words: "sessions that wait for a lock" },
  "database.io-waits": { unit: "count", words: "sessions that wait for a disk" },
  "database.longest-query": { unit: "ms", words: "age of the oldest running statement" },
  "database.transactions": { unit: "per-second", words: "committed transactions" },
  "database.rollbacks": { unit: "per-second", words: "rolled-back transactions" },
  "database.cache-hits": { unit: "share", words: "block reads that the cache answered" },
  "database.wal": { unit: "bytes/s", words: "write-ahead log" },
  "database.deadlocks": { unit: "per-second", words: "deadlocks" },
  "database.temporary": { unit: "bytes/s", words: "temporary files written" },
  "database.reads": { unit: "per-second", words: "read operations of the disk" },
  "database.writes": { unit: "per-second", words: "write operations of the disk" },
  "database.size": { unit: "bytes", words: "size of Coder's database" },
} as const satisfies Readonly<Record<string, SeriesKind>>;

export type SeriesName = keyof typeof SERIES;
export const SERIES_NAMES = Object.keys(SERIES) as [SeriesName, ...SeriesName[]];

/** Roles of containers and machines. A thing is named `<role>/<name>` where several roles have a series. */
export const OBSERVED_ROLES = [
  "coderd",
  "provisioner",
  "database",
  "workspaces",
  "generator",
  "other",
] as const;
export type ObservedRole = (typeof OBSERVED_ROLES)[number];
