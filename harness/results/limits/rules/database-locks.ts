import { judgeMoments, strongest, readingsAtLeast } from "../judge-moments.ts";
import type { LimitRule } from "../rule.ts";
import { shown } from "../saturation.ts";

/** Ours: one waiter in one sample is the work of any database; two in a row of samples are a queue. */
const WAITERS = 2;

export const databaseLocks: LimitRule = {
  id: "database-locks",
  limit: "locks in the database",
  condition: "at least 2 sessions of Postgres wait for a lock, or it ends deadlocks",
  source:
    "Postgres, pg_stat_activity (wait_event_type = 'Lock') and pg_stat_database.deadlocks; 2 sessions: ours, a queue rather than one meeting of two transactions",
  indicates: "transactions wait for one another; more CPU would not help",
  advice: "look at the statements of the record's observation, and report it to Coder with its version",
  confidence: "medium",
  judge: (load) =>
    judgeMoments(load, {
      needs: "sessions that wait for locks",
      read: (moment) =>
        strongest([
          ...readingsAtLeast(load, moment, {
            figure: "database.lock-waits",
            least: WAITERS,
            words: ({ value }) => `${shown(value)} sessions waited for a lock (at least ${WAITERS})`,
          }),
          ...load.values("database.deadlocks", moment).map(({ of, value }) => ({
            isHeld: value > 0,
            strength: value > 0 ? 1 : 0,
            evidence: {
              ...{ figure: "database.deadlocks", of, atMs: moment.atMs, value },
              words: `${shown(value)} deadlocks a second`,
            },
          })),
        ]),
    }),
};
