import type { Moment, ObservedLoad } from "../observed-load.ts";
import { judgeMoments, type Reading, strongest } from "../judge-moments.ts";
import type { HeldMoment, LimitRule } from "../rule.ts";
import { isPoolFull, POOL_WAITERS, SATURATED, shown } from "../saturation.ts";

/** Postgres keeps so many connections for superusers. Source: superuser_reserved_connections, default 3. */
const RESERVED = 3;
/** What Postgres answers when it has no connection left for this role. */
const REFUSED = /too many clients|remaining connection slots|too many connections/i;

const POOL_ADVICE = "raise CODER_PG_CONN_MAX_OPEN (10 by default); Postgres must allow replicas × that many";
const SERVER_ADVICE = "raise max_connections of Postgres, or lower CODER_PG_CONN_MAX_OPEN of the replicas";

export const databaseConnections: LimitRule = {
  id: "database-connections",
  limit: "connections to the database",
  condition:
    "on average at least 1 query waits for a connection of a replica's pool; or at least 90 % of the pool is in use and at least 1 query a second had to wait; or Postgres has at least 90 % of its connections in use, or at most the 3 left that it keeps for superusers; or it refused one",
  source:
    "Go, database/sql DBStats (WaitCount, WaitDuration); Coder, scale-coder: the pool's limit is CODER_PG_CONN_MAX_OPEN, 10 by default; Postgres, superuser_reserved_connections: 3. 90 %: ours",
  indicates: "requests wait for a connection although the database may be idle",
  advice: POOL_ADVICE,
  confidence: "high",
  judge: (load) => {
    const judged = judgeMoments(load, {
      needs: "coderd's pool of database connections, and Postgres' own count",
      read: (moment) => strongest([...poolReadings(load, moment), ...serverReadings(load, moment)]),
    });
    const refused = refusals(load);
    if (refused.length === 0 && judged.state !== "judged") return judged;
    const read = judged.state === "judged" ? judged.held : [];
    const seen = new Set(read.map(({ moment }) => moment));
    const held = [...read, ...refused.filter(({ moment }) => !seen.has(moment))];
    const isServer = held.some(({ evidence }) => !evidence.figure.startsWith("coderd."));
    return {
      ...{ state: "judged", among: load.moments.length },
      held: held.toSorted((one, other) => one.moment.atMs - other.moment.atMs),
      ...(refused.length > 0 && { isOfEvents: true }),
      ...(isServer && { advice: SERVER_ADVICE }),
    };
  },
};

function poolReadings(load: ObservedLoad, moment: Moment): readonly Reading[] {
  const of = new Set([...load.things("coderd.pool-waiting"), ...load.things("coderd.pool-in-use")]);
  return [...of].flatMap((replica) => {
    const isFull = isPoolFull(load, replica, moment);
    if (isFull === undefined) return [];
    const waiting = load.value("coderd.pool-waiting", replica, moment);
    const inUse = load.value("coderd.pool-in-use", replica, moment);
    const limit = load.value("coderd.pool-limit", replica, moment);
    const size =
      limit === undefined
        ? ""
        : `, ${inUse === undefined ? "" : `${shown(inUse)} of `}${shown(limit)} in use`;
    const evidence =
      waiting === undefined
        ? { figure: "coderd.pool-in-use", value: inUse ?? 0, words: `the pool of ${replica} was full${size}` }
        : {
            ...{ figure: "coderd.pool-waiting", value: waiting },
            words: `${shown(waiting)} queries of ${replica} waited for a connection${size} (at least ${POOL_WAITERS} waiting)`,
          };
    const strength = waiting ?? (limit === undefined ? 0 : (inUse ?? 0) / (SATURATED * limit));
    return [{ isHeld: isFull, strength, evidence: { ...evidence, of: replica, atMs: moment.atMs } }];
  });
}

function serverReadings(load: ObservedLoad, moment: Moment): readonly Reading[] {
  return load.values("database.connections", moment).flatMap(({ of, value }) => {
    const limit = load.value("database.connection-limit", of, moment);
    if (limit === undefined || limit <= 0) return [];
    const most = Math.min(SATURATED * limit, limit - RESERVED);
    return [
      {
        isHeld: value >= most,
        strength: most <= 0 ? 1 : value / most,
        evidence: {
          ...{ figure: "database.connections", of, atMs: moment.atMs, value },
          words: `${shown(value)} of ${shown(limit)} connections of Postgres (at least ${shown(most)})`,
        },
      },
    ];
  });
}

/** Coder's log repeats what Postgres answered. */
function refusals(load: ObservedLoad): readonly HeldMoment[] {
  const logs = load.logs.filter(({ message }) => REFUSED.test(message));
  return load.moments.flatMap((moment) => {
    const found = logs.find((log) => log.firstAtMs <= moment.atMs && moment.fromMs <= log.lastAtMs);
    if (found === undefined) return [];
    const { of, message, count, firstAtMs } = found;
    const words = `${of} logged ${count === 1 ? "once" : `${count} times`}: ${message}`;
    const evidence = { figure: "logs", of, atMs: firstAtMs, value: count, words };
    return [{ moment, strength: 1, evidence }];
  });
}
