import type { FailureCount, LoadWindow } from "../../harness/model/record/worker-result.ts";
import type { ObservedEvent } from "../../harness/model/observation/observation.ts";
import type { Random } from "../../harness/tools/seeded-random.ts";
import type { PlannedLoad, PlannedSeries, Values } from "../../test/support/results/observed-record.ts";

/** When a planted limit holds, in samples. */
export interface Plant {
  readonly random: Random;
  readonly samples: number;
  readonly from: number;
  readonly to: number;
}

/** What a planted limit changes in a healthy load. */
export type Planting = (plant: Plant) => PlannedLoad;

const GIB = 2 ** 30;
export const EVERY_MS = 5000;

/** A figure around a level with noise, and around another one while a limit holds. */
export function noisy(
  { random, from, to }: Plant,
  usual: number,
  { held = usual, spread = 0.1, most = Infinity }: { held?: number; spread?: number; most?: number } = {},
): Values {
  return (sample) => {
    const level = sample >= from && sample < to ? held : usual;
    return Math.min(most, Math.max(0, level * (1 + spread * (2 * random() - 1))));
  };
}

/** A deployment of 3 replicas, 2 nodes of 8 cores and a database of 4, of which everything is observed and nothing is full. */
export function healthy(plant: Plant): PlannedLoad {
  const replicas = ["coder-0", "coder-1", "coder-2"];
  const of = (names: readonly string[], usual: number, spread?: number): Record<string, Values> =>
    Object.fromEntries(
      names.map((name) => [name, noisy(plant, usual, spread === undefined ? {} : { spread })]),
    );
  const containers = replicas.map((name) => `coderd/${name}`);
  const nodes = ["node-a", "node-b"];
  const series: PlannedSeries = {
    "coderd.cpu": of(replicas, 0.5, 0.5),
    "coderd.cpu-limit": of(replicas, 2, 0),
    "coderd.memory": of(replicas, GIB),
    "coderd.daemons": of(replicas.slice(0, 1), 10, 0),
    "coderd.requests": of(replicas, 40),
    "coderd.refused": of(replicas, 0),
    "coderd.db-query-p95": of(replicas, 12, 0.8),
    "coderd.pool-in-use": of(replicas, 3, 0.9),
    "coderd.pool-limit": of(replicas, 10, 0),
    "coderd.pool-waits": of(replicas, 0.2, 1),
    "coderd.pool-waiting": of(replicas, 0.05, 1),
    "coderd.derp-dropped": of(replicas, 0),
    "coderd.agents": of(replicas, 10),
    "terraform.cpu": of(containers, 0.4, 0.9),
    "container.cpu": of(containers, 1, 0.5),
    "container.cpu-limit": of(containers, 2, 0),
    "container.throttled": of(containers, 0.03, 1),
    "container.memory": of(containers, GIB),
    "container.memory-limit": of(containers, 4 * GIB, 0),
    "container.restarts": of(containers, 0),
    "node.cpu": of(nodes, 3, 0.6),
    "node.cores": of(nodes, 8, 0),
    "node.memory": of(nodes, 12 * GIB, 0.2),
    "node.memory-size": of(nodes, 32 * GIB, 0),
    "node.memory-pressure": of(nodes, 0.01, 1),
    "node.pods": of(nodes, 40),
    "node.pods-limit": of(nodes, 110, 0),
    "database.cpu": of(["database"], 1.2, 0.6),
    "database.cores": of(["database"], 4, 0),
    "database.connections": of(["database"], 25, 0.3),
    "database.connection-limit": of(["database"], 100, 0),
    "database.lock-waits": { database: (sample) => (sample % 2 === 0 && plant.random() < 0.1 ? 1 : 0) },
    "database.deadlocks": of(["database"], 0),
  };
  return {
    samples: plant.samples,
    everyMs: EVERY_MS,
    series,
    phases: { build: 20_000, "build-init": 2_000, "agent-connect": 4_000 },
  };
}

/** One way in which a limit looks in the figures. */
type Plantings = Readonly<Record<string, readonly Planting[]>>;

const event = (
  { from, to }: Plant,
  { reason, object, message }: Pick<ObservedEvent, "reason" | "object" | "message">,
): PlannedLoad => ({
  observation: {
    events: [
      {
        reason,
        object,
        message,
        count: to - from,
        firstAtMs: (from + 1) * EVERY_MS,
        lastAtMs: to * EVERY_MS,
      },
    ],
  },
});

/** A figure that is 0 but while a limit holds. */
function pulse({ from, to, random }: Plant, held: number): Values {
  return (sample) => (sample >= from && sample < to ? held * (0.7 + 0.6 * random()) : 0);
}

/** A resource that is full, at a level between 92 and 99 % with noise around it. */
function full({ random }: Plant, limit: number) {
  return { held: limit * (0.92 + 0.07 * random()), spread: 0.03, most: limit };
}

/** Figures of the generator in the windows in which a limit holds. */
function inWindows({ from, to }: Plant, generator: () => Partial<LoadWindow["generator"]>): PlannedLoad {
  return {
    window: (index) => (index >= from && index < to ? { generator: { ...QUIET, ...generator() } } : {}),
  };
}

const syns = ({ random }: Plant) => ({ synRetransmits: 5 + Math.floor(9 * random()) });

/** Failures of the load's connections, in the windows in which a limit holds. */
function failing(
  { from, to }: Plant,
  { class: of, example }: Pick<FailureCount, "class" | "example">,
): PlannedLoad {
  return {
    measurements: {
      failures: [{ class: of, phase: "terminal-first-byte", count: 3 * (to - from), example }],
    },
    window: (index) => (index >= from && index < to ? { failures: 3 } : {}),
  };
}

/** The same load, of which connections time out meanwhile. */
function timedOut(plant: Plant, load: PlannedLoad): PlannedLoad {
  const failed = failing(plant, { class: "connect-timeout", example: "no answer within 60 s" });
  return {
    ...load,
    ...failed,
    window: (index) => ({ ...load.window?.(index), ...failed.window?.(index) }),
  };
}

export const QUIET: LoadWindow["generator"] = {
  ...{ slipP99Ms: 2, slipMaxMs: 6, lagP99Ms: 2, eventLoopUtilization: 0.2, runQueueShare: 0.01 },
  ...{ synRetransmits: 0, listenOverflows: 0, limited: [] },
};

/** Each limit, in one or more of its looks. */
export const PLANTED: Plantings = {
  generator: [
    (plant) => ({
      ...inWindows(plant, () => ({
        slipP99Ms: 80 + 40 * plant.random(),
        limited: ["lateness p99 beyond 10 ms"],
      })),
      isGeneratorLimited: true,
    }),
  ],
  ports: [
    (plant) =>
      timedOut(
        plant,
        inWindows(plant, () => syns(plant)),
      ),
    (plant) =>
      failing(plant, {
        class: "generator-exhausted",
        example: "no local port is free: connect EADDRNOTAVAIL 10.0.0.7:443",
      }),
  ],
  "memory-pressure": [
    (plant) => ({
      series: {
        "container.memory": {
          "coderd/coder-1": noisy(plant, GIB, { held: 3.95 * GIB, spread: 0.01, most: 4 * GIB }),
        },
      },
    }),
    (plant) => ({
      series: { "node.memory-pressure": { "node-a": noisy(plant, 0.01, { held: 0.4, spread: 0.3 }) } },
    }),
    (plant) =>
      event(plant, { reason: "OOMKilling", object: "node/node-a", message: "Killed process 4711 (coder)" }),
  ],
  scheduling: [
    (plant) =>
      event(plant, {
        ...{ reason: "FailedScheduling", object: "pod/workspace-17" },
        message: "0/2 nodes are available: 2 Insufficient cpu.",
      }),
    (plant) => ({
      series: {
        "node.pods": {
          "node-a": noisy(plant, 40, { held: 110, spread: 0 }),
          "node-b": noisy(plant, 40, { held: 110, spread: 0 }),
        },
      },
    }),
  ],
  "volume-attach": [
    (plant) =>
      event(plant, {
        ...{ reason: "FailedAttachVolume", object: "pod/workspace-3" },
        message: "node(s) exceed max volume count",
      }),
  ],
  "database-connections": [
    (plant) => ({
      series: {
        "coderd.pool-waiting": {
          "coder-0": noisy(plant, 0.05, { held: 1.5 + 8 * plant.random(), spread: 0.4 }),
        },
        "coderd.pool-waits": { "coder-0": noisy(plant, 0.2, { held: 60, spread: 0.5 }) },
        "coderd.pool-in-use": { "coder-0": noisy(plant, 3, { held: 10, spread: 0, most: 10 }) },
      },
    }),
    (plant) => ({
      series: { "database.connections": { database: noisy(plant, 25, { held: 97, spread: 0.01 }) } },
    }),
  ],
  "database-locks": [(plant) => ({ series: { "database.lock-waits": { database: pulse(plant, 5) } } })],
  "database-cpu": [
    (plant) => ({
      series: { "database.cpu": { database: noisy(plant, 1.2, full(plant, 4)) } },
    }),
  ],
  "coderd-throttled": [
    (plant) => ({
      series: {
        "container.throttled": {
          "coderd/coder-0": noisy(plant, 0.03, { held: 0.3 + 0.4 * plant.random(), spread: 0.15 }),
        },
      },
    }),
  ],
  "coderd-cpu": [
    (plant) => ({
      series: { "coderd.cpu": { "coder-1": noisy(plant, 0.5, full(plant, 2)) } },
    }),
    (plant) => ({
      series: {
        "container.cpu": { "coderd/coder-2": noisy(plant, 1, full(plant, 2)) },
      },
    }),
  ],
  "terraform-cpu": [
    (plant) => ({
      series: {
        "container.cpu": { "coderd/coder-2": noisy(plant, 1, full(plant, 2)) },
        "terraform.cpu": { "coderd/coder-2": noisy(plant, 0.4, { held: 1.6, spread: 0.05 }) },
      },
    }),
    (plant) => ({
      series: {
        "container.cpu": {
          "provisioner/provisioner-7": noisy(plant, 0.5, full(plant, 1)),
        },
        "container.cpu-limit": { "provisioner/provisioner-7": 1 },
      },
    }),
  ],
  "node-cpu": [
    (plant) => ({
      series: { "node.cpu": { "node-b": noisy(plant, 3, full(plant, 8)) } },
    }),
  ],
  "api-rate-limits": [(plant) => ({ series: { "coderd.refused": { "coder-2": pulse(plant, 3) } } })],
  downloads: [
    ({ random }) => ({ phases: { build: 40_000, "build-init": 25_000 + 10_000 * random() } }),
    (plant) =>
      event(plant, {
        reason: "ErrImagePull",
        object: "pod/workspace-9",
        message: "failed to pull image: i/o timeout",
      }),
  ],
  bandwidth: [(plant) => ({ series: { "coderd.derp-dropped": { "coder-0": pulse(plant, 30) } } })],
  "slow-queries": [
    (plant) => ({
      series: {
        "coderd.db-query-p95": {
          "coder-1": noisy(plant, 12, { held: 150 + 300 * plant.random(), spread: 0.3 }),
        },
      },
    }),
  ],
  restarts: [
    (plant) => ({
      series: { "container.restarts": { "coderd/coder-0": (sample) => (sample >= plant.from ? 1 : 0) } },
    }),
  ],
  "provisioner-capacity": [
    (plant) => ({
      window: (index) =>
        index >= plant.from && index < plant.to
          ? { queued: 12 + Math.round(8 * plant.random()), building: 10 }
          : {},
    }),
  ],
};

/** What looks like a limit and is none: single spikes, and much in use without being full. */
export const DECOYS: Plantings = {
  spikes: [
    (plant) => ({
      series: {
        "coderd.cpu": { "coder-0": spikes(plant, 0.5, 1.99) },
        "database.cpu": { database: spikes(plant, 1.2, 3.98) },
        "database.lock-waits": { database: spikes(plant, 0, 4) },
        "coderd.db-query-p95": { "coder-2": spikes(plant, 12, 400) },
      },
    }),
  ],
  "in use": [
    (plant) => ({
      series: {
        "coderd.cpu": { "coder-0": noisy(plant, 1.55, { spread: 0.08 }) },
        "node.cpu": { "node-a": noisy(plant, 6, { spread: 0.12 }) },
        "database.cpu": { database: noisy(plant, 3, { spread: 0.12 }) },
        "coderd.pool-in-use": { "coder-0": noisy(plant, 8, { spread: 0.2 }) },
        "database.connections": { database: noisy(plant, 75, { spread: 0.1 }) },
      },
    }),
  ],
  "other loads on the generator's machine": [
    (plant) => inWindows(plant, () => ({ ...syns(plant), listenOverflows: 2 })),
  ],
  "connections that time out on a quiet network": [
    (plant) => failing(plant, { class: "connect-timeout", example: "no answer within 60 s" }),
  ],
  "briefly queued": [
    (plant) => ({
      window: (index) =>
        index === plant.from || index === plant.from + 2 ? { queued: 3, building: 10 } : {},
    }),
  ],
};

/** Every tenth sample or so stands out, never two in a row. */
function spikes({ random }: Plant, usual: number, high: number): Values {
  return (sample) => (sample % 2 === 0 && random() < 0.15 ? high : usual * (0.9 + 0.2 * random()));
}
