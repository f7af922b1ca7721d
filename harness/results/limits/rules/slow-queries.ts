import { judgeMoments, strongest, readingsAtLeast } from "../judge-moments.ts";
import type { LimitRule } from "../rule.ts";
import { shown } from "../saturation.ts";

/** Ours: three such queries use up the 300 ms within which Coder's API shall answer. */
const SLOW_MS = 100;

export const slowQueries: LimitRule = {
  id: "slow-queries",
  limit: "slow queries of the database",
  condition: "the 95th percentile of coderd's database queries is at least 100 ms",
  source:
    "Coder, scale-coder: a high tail of coderd_db_query_latencies_seconds indicates a database low in resources, and Postgres must be within 10 ms; 100 ms: ours, because three such queries use up the 300 ms within which its API shall answer",
  indicates: "the database or the way to it is slow, whether or not its CPU is full",
  advice: "give Postgres more CPU, memory or IOPS, and place it within 10 ms of coderd",
  confidence: "medium",
  judge: (load) =>
    judgeMoments(load, {
      needs: "latency of coderd's database queries (CODER_PROMETHEUS_COLLECT_DB_METRICS)",
      read: (moment) =>
        strongest(
          readingsAtLeast(load, moment, {
            figure: "coderd.db-query-p95",
            least: SLOW_MS,
            words: ({ of, value }) =>
              `database queries of ${of}: ${shown(value)} ms at p95 (at least ${SLOW_MS} ms)`,
          }),
        ),
    }),
};
