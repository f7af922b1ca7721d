import { z } from "zod";
import type { Sample } from "../source.ts";
import { OURS } from "./statements.ts";

const number = z.number();

/** One row of everything that is read each time; numbers that only grow are counters. */
export const figures = z.object({
  /** Of the server's start and of the counters' last reset: counters of different epochs are not compared. */
  epoch: z.string(),
  commits: number,
  rollbacks: number,
  reads: number,
  hits: number,
  deadlocks: number,
  temporary: number,
  /** Null on a standby. */
  wal: number.nullable(),
  size: number.nullable(),
  /** Connections that others may hold at most, without the harness's own. */
  limit: number,
  connections: number,
  /** Sessions of this database whose state this role may not see. */
  hidden: number,
  active: number,
  waiting: number,
  io_waits: number,
  lock_waits: number,
  longest_ms: number,
});
export type Figures = z.infer<typeof figures>;

/**
 * One statement for all figures, so that looking costs the server one short transaction. Numbers are float8, which
 * needs no parsing and holds counters exactly up to 2^53.
 *
 * Connections are those of the whole server, because its limit counts all; states are those of Coder's database. A
 * role without rights sees that other sessions exist, not what they do; lock waits it sees in `pg_locks`.
 */
export const FIGURES = `${OURS}
WITH activity AS MATERIALIZED (
  SELECT datname = current_database() AS ours, state, wait_event_type, query_start,
         query = '<insufficient privilege>' AS hidden
  FROM pg_stat_activity
  WHERE pid <> pg_backend_pid()
    AND (backend_type = 'client backend' OR (backend_type IS NULL AND usesysid IS NOT NULL AND datid IS NOT NULL))
), sessions AS (
  SELECT count(*) AS connections,
         count(*) FILTER (WHERE ours AND hidden) AS hidden,
         count(*) FILTER (WHERE ours AND state = 'active') AS active,
         count(*) FILTER (WHERE ours AND state = 'active'
           AND wait_event_type NOT IN ('Activity', 'Client', 'Extension', 'Timeout')) AS waiting,
         count(*) FILTER (WHERE ours AND state = 'active' AND wait_event_type = 'IO') AS io_waits,
         count(*) FILTER (WHERE ours AND state = 'active' AND wait_event_type = 'Lock') AS lock_waits,
         max(extract(epoch FROM clock_timestamp() - query_start))
           FILTER (WHERE ours AND state = 'active') AS longest
  FROM activity
)
SELECT extract(epoch FROM pg_postmaster_start_time())::text || ' ' || coalesce(extract(epoch FROM stats_reset)::text, '') AS epoch,
       xact_commit::float8 AS commits, xact_rollback::float8 AS rollbacks,
       blks_read::float8 AS reads, blks_hit::float8 AS hits,
       deadlocks::float8 AS deadlocks, temp_bytes::float8 AS temporary,
       CASE WHEN NOT pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 END AS wal,
       CASE WHEN has_database_privilege(current_database(), 'CONNECT') THEN pg_database_size(current_database())::float8 END AS size,
       (SELECT sum(CASE name WHEN 'max_connections' THEN 1 ELSE -1 END * setting::int)::float8 - 1 FROM pg_settings
         WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')) AS limit,
       connections::float8 AS connections, hidden::float8 AS hidden, active::float8 AS active,
       waiting::float8 AS waiting, io_waits::float8 AS io_waits,
       CASE WHEN hidden = 0 THEN lock_waits
         ELSE (SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted) END::float8 AS lock_waits,
       coalesce(greatest(longest, 0) * 1000, 0)::float8 AS longest_ms
FROM sessions, pg_stat_database
WHERE datname = current_database()`;

/** A reading and when it was made, in milliseconds of the process. */
export interface DatedFigures {
  readonly atMs: number;
  readonly figures: Figures;
}

/** The samples of one reading; rates are means since the one before. */
export function toSamples(of: string, now: DatedFigures, before: DatedFigures | undefined): Sample[] {
  const { figures: each } = now;
  const states: Sample[] =
    each.hidden > 0
      ? []
      : [
          { series: "database.active", of, value: each.active },
          { series: "database.waiting", of, value: each.waiting },
          { series: "database.io-waits", of, value: each.io_waits },
          { series: "database.longest-query", of, value: each.longest_ms },
        ];
  return [
    { series: "database.connections", of, value: each.connections },
    { series: "database.connection-limit", of, value: each.limit },
    ...states,
    { series: "database.lock-waits", of, value: each.lock_waits },
    ...(each.size === null ? [] : [{ series: "database.size" as const, of, value: each.size }]),
    ...(before === undefined ? [] : rates(of, now, before)),
  ];
}

function rates(of: string, now: DatedFigures, before: DatedFigures): Sample[] {
  const seconds = (now.atMs - before.atMs) / 1000;
  // After a restart or a reset, counters begin again.
  if (seconds <= 0 || now.figures.epoch !== before.figures.epoch) return [];
  const { figures: one } = before;
  const { figures: two } = now;
  const rate = (later: number | null, earlier: number | null): number | undefined =>
    later === null || earlier === null || later < earlier ? undefined : (later - earlier) / seconds;
  const hits = rate(two.hits, one.hits);
  const reads = rate(two.reads, one.reads);
  const blocks = (hits ?? 0) + (reads ?? 0);
  const found: readonly (readonly [Sample["series"], number | undefined])[] = [
    ["database.transactions", rate(two.commits, one.commits)],
    ["database.rollbacks", rate(two.rollbacks, one.rollbacks)],
    ["database.deadlocks", rate(two.deadlocks, one.deadlocks)],
    ["database.temporary", rate(two.temporary, one.temporary)],
    ["database.wal", rate(two.wal, one.wal)],
    // Without a read of a block there is no share.
    [
      "database.cache-hits",
      hits === undefined || reads === undefined || blocks === 0 ? undefined : hits / blocks,
    ],
  ];
  return found.flatMap(([series, value]) => (value === undefined ? [] : [{ series, of, value }]));
}
