import type { Claim } from "../../../harness/model/observation/claims.ts";
import type { Limits } from "../../../harness/model/observation/limits.ts";
import type { Observation, ObservedSeries } from "../../../harness/model/observation/observation.ts";
import type { SeriesName } from "../../../harness/model/observation/series.ts";

/** What a synthetic observation is of. */
export interface SyntheticObservation {
  readonly startedAtMs: number;
  /** @default 2 */
  readonly replicas?: number;
  /** @default 3 */
  readonly nodes?: number;
  /** @default 252, twenty-one minutes */
  readonly samples?: number;
}

const EVERY_MS = 5000;
const GIB = 2 ** 30;

/** What is observed of a load of `syntheticMeasurements`: builds in its first half, whose pool of connections is exhausted. */
export function syntheticObservation(
  random: () => number,
  { startedAtMs, replicas = 2, nodes = 3, samples = 252 }: SyntheticObservation,
): Observation {
  const along = (name: SeriesName, of: string, value: (share: number) => number | null): ObservedSeries => ({
    name,
    of,
    values: Array.from({ length: samples }, (_, index) => {
      const found = value(index / samples);
      return found === null ? null : Number(found.toPrecision(4));
    }),
  });
  const busy = (share: number, whileBuilding: number, after: number): number =>
    (share < 0.4 ? whileBuilding : after) * (0.95 + 0.1 * random());
  const names = Array.from({ length: replicas }, (_, index) => `coder-5f7c9d8b6-${"abcdefghjk"[index]}x2kq`);
  return {
    startedAtMs,
    everyMs: EVERY_MS,
    samples,
    series: [
      ...names.flatMap((name) => [
        along("coderd.cpu", name, (share) => busy(share, 3.1, 0.9)),
        along("coderd.memory", name, (share) => (0.6 + share) * GIB),
        along("coderd.goroutines", name, (share) => Math.round(busy(share, 4_000, 9_000))),
        along("coderd.api-p95", name, (share) => (share > 0.6 && share < 0.63 ? null : busy(share, 180, 60))),
        along("coderd.queue-wait-p95", name, (share) => (share < 0.4 ? 90_000 * share : 0)),
        along("coderd.pool-in-use", name, (share) => Math.round(Math.min(100, busy(share, 105, 12)))),
        along("coderd.pool-limit", name, () => 100),
        along("coderd.pool-waits", name, (share) => (share > 0.08 && share < 0.38 ? 40 + 9 * random() : 0)),
        along("coderd.requests", name, (share) => busy(share, 210, 80)),
        along("terraform.cpu", name, (share) => busy(share, 2.2, 0)),
        along("container.cpu", `coderd/${name}`, (share) => busy(share, 5.3, 0.9)),
        along("container.cpu-limit", `coderd/${name}`, () => 7),
        along("container.throttled", `coderd/${name}`, (share) => (share < 0.1 ? 0.02 : 0)),
        along("container.memory-limit", `coderd/${name}`, () => 26 * GIB),
      ]),
      along("database.cpu", "database", (share) => busy(share, 1.4, 0.3)),
      along("database.cores", "database", () => 2),
      along("database.connections", "database", (share) => Math.round(busy(share, 180, 70))),
      along("database.connection-limit", "database", () => 200),
      along("database.active", "database", (share) => Math.round(busy(share, 22, 4))),
      along("database.waiting", "database", (share) => (share < 0.4 ? Math.round(6 * random()) : 0)),
      along("database.lock-waits", "database", (share) => (share < 0.4 ? Math.round(2 * random()) : 0)),
      ...Array.from({ length: nodes }, (_, index) => `node-${index + 1}`).flatMap((name) => [
        along("node.cpu", name, (share) => busy(share, 6, 3)),
        along("node.cores", name, () => 16),
      ]),
    ],
    unseen: [
      { what: "IOPS of the database", why: "Cloud Monitoring answered 403; grant roles/monitoring.viewer" },
      { what: "metrics of coderd", why: "the replica did not answer within 3 s", samples: 7 },
    ],
    cost: { cpuSeconds: 4.21, maxRssMib: 91.4, questions: 2_772, bytes: 61_400_000, meanMs: 38, maxMs: 412 },
    statements: [
      {
        statement: "SELECT * FROM workspace_agents WHERE id = ANY($1 :: uuid [ ])",
        ...{ calls: 41_220, totalMs: 91_300, meanMs: 2.21 },
      },
    ],
    logs: [
      {
        of: "coderd/coder-5f7c9d8b6-ax2kq",
        ...{ level: "warning", message: "query took longer than <n> ms", count: 214 },
        ...{ firstAtMs: 95_000, lastAtMs: 480_000 },
      },
    ],
    events: [
      {
        ...{ reason: "FailedScheduling", object: "pod/scaletest-41", count: 3 },
        message: "0/5 nodes are available: 5 Insufficient cpu",
        ...{ firstAtMs: 61_000, lastAtMs: 140_000 },
      },
    ],
    profiles: [
      {
        of: "coder-5f7c9d8b6-ax2kq",
        ...{ atMs: 300_000, goroutines: 4_127, file: "observed/coder-5f7c9d8b6-ax2kq.pprof" },
        cpu: [
          { function: "encoding/json.(*decodeState).object", share: 0.14 },
          { function: "runtime.mallocgc", share: 0.09 },
        ],
      },
    ],
  };
}

/** The limits of a load whose pool was exhausted. */
export const SYNTHETIC_LIMITS: Limits = {
  answer: "limited",
  sentence: "limited by coderd's connections to the database",
  findings: [
    {
      rule: "database-connections",
      limit: "coderd's connections to the database",
      advice: "raise CODER_PG_CONN_MAX_OPEN, and max_connections of Postgres with it",
      confidence: "high",
      share: 0.31,
      firstAtMs: 110_000,
      lastAtMs: 475_000,
      spans: [
        [105_000, 260_000],
        [300_000, 475_000],
      ],
      evidence: [
        {
          ...{ figure: "coderd.pool-in-use", of: "coder-5f7c9d8b6-ax2kq", atMs: 240_000, value: 100 },
          words: "100 of 100 connections were in use",
        },
        {
          ...{ figure: "coderd.pool-waits", of: "coder-5f7c9d8b6-ax2kq", atMs: 240_000, value: 47 },
          words: "47 waits a second for a connection (at most 1)",
        },
        { figure: "builds.queued", value: 170, words: "170 builds were queued (at most 30)" },
      ],
    },
    {
      rule: "provisioner-capacity",
      limit: "the number of provisioner daemons",
      advice: "add provisioner daemons",
      confidence: "medium",
      share: 0.2,
      firstAtMs: 20_000,
      lastAtMs: 300_000,
      evidence: [{ figure: "builds.queued", value: 170, words: "170 builds were queued (at most 30)" }],
    },
  ],
  unjudged: [{ rule: "network-nat-ports", why: "the ports of Cloud NAT were not read" }],
};

/** Claims of a load: one that agrees, one that does not, one that was not measured. */
export const SYNTHETIC_CLAIMS: readonly Claim[] = [
  {
    id: "coderd-cores-per-build",
    words: "cores of coderd and Terraform per running build",
    unit: "cores",
    measured: { median: 0.26, low: 0.21, high: 0.3, samples: 96 },
    published: [{ value: 0.267, source: "the seed: about 8 cores per 30 concurrent builds", agrees: true }],
  },
  {
    id: "database-cores",
    words: "cores of Postgres",
    unit: "cores",
    measured: { median: 1.41, low: 1.32, high: 1.5, samples: 250 },
    published: [{ value: 16, source: "Coder's validated architectures, today", agrees: false }],
  },
  {
    id: "workspace-memory",
    words: "memory per connected workspace",
    unit: "MiB",
    why: "fewer than 10 samples with connected workspaces",
    published: [{ value: 1.5, source: "Coder's documentation" }],
  },
];
