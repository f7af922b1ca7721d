import { ulid } from "ulid";
import type { RunCost } from "../../harness/model/cost.ts";
import type { Measurements, ObjectiveResult, RunRecord } from "../../harness/model/record.ts";
import type { LoadWindow, Phase, PhaseHistogram } from "../../harness/model/shard-result.ts";
import { STAGES } from "../../harness/model/stage.ts";
import {
  histogramOf,
  officialRecord,
  sampleMeasurements,
  unmeasured,
} from "../harness/results/sample-record.ts";

/** What a series of nights is made of; from the same wishes come the same records. */
export interface SyntheticNights {
  readonly architecture?: string;
  readonly size?: string;
  /** @default 30 */
  readonly count?: number;
  /** UTC day of the newest. @default 2026-11-22 */
  readonly lastDay?: string;
  /** What night by night is otherwise, by its index from the oldest, 0. @default `PLANTED` */
  readonly planted?: Readonly<Record<number, PlantedNight>>;
  /** Fields that all records have. */
  readonly overrides?: Partial<RunRecord>;
}

/** How a night ends otherwise than clean. */
export type PlantedNight = "none" | "no-quota" | "slo-failed" | "leaked" | "generator-limited";

/** Of thirty nights: one that never was, and one of each way to fail. */
export const PLANTED: Readonly<Record<number, PlantedNight>> = {
  4: "none",
  7: "no-quota",
  13: "generator-limited",
  16: "slo-failed",
  23: "leaked",
};

/** From which night on Coder's version, and the platform, are others. */
const NEXT_VERSION = 11;
const NEXT_PLATFORM = 20;

const DAY_MS = 24 * 60 * 60 * 1000;
const MINUTE_MS = 60 * 1000;

/** Nights of one size, oldest first: a steady level with noise, two versions of Coder, one change of platform. */
export function syntheticNights(wish: SyntheticNights = {}): readonly RunRecord[] {
  const { count = 30, planted = PLANTED } = wish;
  return Array.from({ length: count }, (_, index) => index)
    .filter((index) => planted[index] !== "none")
    .map((index) => nightOf(index, planted[index], wish));
}

function nightOf(
  index: number,
  planted: PlantedNight | undefined,
  { architecture = "gke", size = "100", count = 30, lastDay = "2026-11-22", overrides = {} }: SyntheticNights,
): RunRecord {
  const random = randomOf(`${architecture} ${size} ${index}`);
  const startMs = Date.parse(`${lastDay}T01:00:00.000Z`) - (count - 1 - index) * DAY_MS;
  const minutes = [0.5, 14 + 3 * random(), 2, 21 + 2 * random(), 3, 9 + 2 * random(), 0.2, 1];
  const isEarly = planted === "no-quota";
  const skipped = isEarly ? ["bootstrap", "load"] : [];
  let atMs = startMs + 4_000;
  const stages = STAGES.filter((stage) => !skipped.includes(stage)).map((stage) => {
    const startedAt = instant(atMs);
    atMs += (minutes[STAGES.indexOf(stage)] ?? 1) * MINUTE_MS;
    const failed = isEarly && stage === "provision";
    return {
      stage,
      startedAt,
      finishedAt: instant(atMs),
      outcome: failed ? ("failed" as const) : ("ok" as const),
      ...(failed && { message: NO_QUOTA }),
    };
  });
  const loadMs = Date.parse(stages.find(({ stage }) => stage === "load")?.startedAt ?? instant(startMs));
  const measurements = measurementsOf(random, loadMs, planted);
  const record = officialRecord({
    runId: runIdAt(startMs, random),
    origin: { kind: "nightly", night: runIdAt(startMs - 60_000, randomOf(`night ${index}`)) },
    architecture,
    size,
    environment: LABELS[architecture] ?? architecture,
    load: LOAD,
    coderVersion: index < NEXT_VERSION ? "2.30.4" : "2.31.0",
    cloud: {
      project: "acme-benchmarks",
      region: architecture === "eks" ? "us-east-1" : "us-central1",
      zone: architecture === "eks" ? "us-east-1a" : "us-central1-a",
      endpoints: [],
      emulated: false,
      stacks: "3f9a1c",
      skippedChecks: [],
      skippedCanary: false,
    },
    startedAt: instant(startMs),
    finishedAt: instant(atMs),
    provenance: {
      ...officialRecord().provenance,
      refbench: { version: "0.1.0", commit: "8190c74c4a600576aa90ad5e15efadbad72c54c9", dirty: false },
      platform: {
        kubernetes: index < NEXT_PLATFORM ? "1.33.5" : "1.34.1",
        postgres: "16",
        coderMachine: "n2-standard-8",
        cpuPlatform: "Intel Ice Lake",
      },
      coderChannel: "stable",
    },
    conditions: ["rate limits: off", "TLS: off (internal endpoint)", "home volumes: 10 GiB each"],
    stages,
    measurements,
    objectives: [...OBJECTIVES],
    cost: costOf(minutes, isEarly),
    teardown: {
      state: "clean",
      scope: "inventory of project acme-benchmarks: 31 kinds",
      finishedAt: instant(atMs),
      left: [],
      swept: [],
      problems: [],
    },
  });
  delete record.provenance.rehearsal;
  return { ...plantedIn(record, planted), ...overrides };
}

const NO_QUOTA = "google_container_node_pool: quota CPUS_ALL_REGIONS exceeded: limit 64, wanted 72";

const LABELS: Readonly<Record<string, string>> = {
  gke: "Kubernetes (GKE)",
  eks: "Kubernetes (EKS)",
  "gce-docker": "Docker (GCE)",
  "gce-vm": "VM (GCE)",
};

const LOAD = {
  users: 100,
  workspaces: 200,
  concurrentBuilds: 30,
  replicas: 1,
  daemonsPerReplica: 30,
  connections: 1000,
  sshShare: 0.2,
};

const OBJECTIVES: readonly ObjectiveResult[] = [
  {
    name: "workspaces-succeeded",
    description: "workspaces that were created, reached and ran the command, share of those asked for",
    threshold: 0.99,
    value: 1,
    met: true,
    unit: "share",
  },
  {
    name: "workspace-ready-p95",
    description: "workspace ready, p95",
    threshold: 540_000,
    value: 318_410,
    met: true,
    unit: "ms",
    reason: "three minutes for nodes, images and agents, and a minute for each round of builds",
  },
  {
    name: "api-p95",
    description: "API as other users felt it, p95",
    threshold: 300,
    value: 341,
    met: false,
    unit: "ms",
    severity: "warn",
    reason: "slower than this a dashboard is felt to be slow",
  },
];

function plantedIn(record: RunRecord, planted: PlantedNight | undefined): RunRecord {
  switch (planted) {
    case "no-quota":
      return {
        ...unmeasured(record),
        objectives: [],
        resources: { "gke-cloud": 9 },
        verdict: "infrastructure",
        reasons: [`infrastructure: ${NO_QUOTA}`],
      };
    case "slo-failed":
      return {
        ...record,
        objectives: record.objectives.map((each) =>
          each.name === "workspaces-succeeded" ? { ...each, value: 0.965, met: false } : each,
        ),
        verdict: "slo-failed",
        reasons: ["slo-failed: workspaces that succeeded: 96.5 %, wanted 99 %, missed by 2.5 points"],
      };
    case "leaked":
      return {
        ...record,
        teardown: {
          state: "leaked",
          scope: "inventory of project acme-benchmarks: 31 kinds",
          finishedAt: record.finishedAt ?? record.startedAt,
          left: [
            { id: "disk/1", kind: "google disk", name: "pvc-7c1d0f", location: "us-central1-a" },
            { id: "address/2", kind: "google address", name: "bench-coder", location: "us-central1" },
          ],
          swept: [{ id: "rule/3", kind: "google forwarding rule", name: "a9f3", location: "us-central1" }],
          problems: ["disk pvc-7c1d0f: still attached to a machine that is being deleted"],
        },
        verdict: "leaked",
        reasons: ["leaked: 2 left: google disk pvc-7c1d0f, google address bench-coder"],
      };
    case "generator-limited":
      return {
        ...record,
        verdict: "generator-limited",
        reasons: ["generator-limited: late in 9 of 96 windows"],
      };
    case "none":
    case undefined:
      return record;
  }
}

function measurementsOf(
  random: () => number,
  startedAtMs: number,
  planted: PlantedNight | undefined,
): Measurements {
  const level = 1 + 0.035 * normal(random);
  const failed = planted === "slo-failed" ? 7 : 0;
  const sample = sampleMeasurements();
  return {
    ...sample,
    startedAtMs,
    users: { asked: 100, created: 100, withWorkspace: 100, deleted: 100 },
    workspaces: {
      asked: 200,
      created: 200,
      ready: 200 - failed,
      succeeded: 200 - failed,
      failed,
      deleted: 200,
    },
    builds: {
      capacity: 30,
      peakRunning: 30 - Math.floor(2 * random()),
      timeWeightedRunning: 26 + 2 * random(),
    },
    connections: {
      asked: 1000,
      held: 1000 - failed * 4,
      heldTerminal: 800 - failed * 4,
      heldSsh: 200,
      sshPath: "direct",
      verified: 1000 - failed * 4,
      lost: failed * 4,
      serverGauge: { terminal: 800 - failed * 4, ssh: 200 },
    },
    failures:
      failed === 0
        ? []
        : [
            {
              class: "agent-timeout",
              phase: "workspace-ready",
              count: failed,
              example: 'agent "main" of scaletest-41 not connected after 10m 00s',
            },
            {
              class: "connection-lost",
              phase: "held-command",
              count: failed * 4,
              example: "websocket closed with 1006 after 214 s",
            },
          ],
    histograms: PHASES_OF_A_NIGHT.flatMap((shape) => histogramsOf(shape, level, random)),
    generator: {
      ...sample.generator,
      limited: planted === "generator-limited",
      reasons: planted === "generator-limited" ? ["slip p99 of 61 ms, more than 50 ms"] : [],
    },
    windows: windowsOf(random, planted === "generator-limited"),
    arrivals: { due: 200, late: 0, lateMaxMs: 0, waitedForTurn: 0 },
  };
}

/** A phase's samples: their number, their median and how far they scatter. */
interface PhaseShape {
  readonly phase: Phase;
  readonly count: number;
  readonly medianMs: number;
  readonly spread: number;
}

const PHASES_OF_A_NIGHT: readonly PhaseShape[] = [
  { phase: "create-user", count: 100, medianMs: 64, spread: 0.25 },
  { phase: "create-workspace", count: 200, medianMs: 142, spread: 0.35 },
  { phase: "build-queue", count: 200, medianMs: 96_000, spread: 0.6 },
  { phase: "build", count: 200, medianMs: 41_000, spread: 0.12 },
  { phase: "agent-connect", count: 200, medianMs: 17_500, spread: 0.3 },
  { phase: "workspace-ready", count: 200, medianMs: 171_000, spread: 0.38 },
  { phase: "ssh-handshake", count: 200, medianMs: 420, spread: 0.3 },
  { phase: "terminal-first-byte", count: 1000, medianMs: 310, spread: 0.4 },
  { phase: "command", count: 200, medianMs: 35, spread: 0.5 },
  { phase: "held-command", count: 3000, medianMs: 21, spread: 0.55 },
  { phase: "api-probe", count: 1300, medianMs: 48, spread: 0.7 },
  { phase: "delete-user", count: 12, medianMs: 80, spread: 0.2 },
];

function histogramsOf(
  { phase, count, medianMs, spread }: PhaseShape,
  level: number,
  random: () => number,
): readonly PhaseHistogram[] {
  const raw = Array.from({ length: count }, () =>
    Math.round(medianMs * 1000 * level * Math.exp(spread * normal(random))),
  );
  const intended = raw.map((us) => us + Math.round(2_000 * random() ** 4));
  return [histogramOf(intended, { phase }), histogramOf(raw, { phase, basis: "raw" })];
}

const WINDOW_MS = 15_000;
const WINDOWS = 84;

/** Twenty-one minutes: workspaces are built, connections opened, held, and all of it deleted. */
function windowsOf(random: () => number, isLimited: boolean): LoadWindow[] {
  return Array.from({ length: WINDOWS }, (_, index) => {
    const share = (index + 1) / WINDOWS;
    const built = Math.min(1, share / 0.4);
    const ready = Math.round(200 * Math.max(0, built - 0.08 * (1 - built)));
    const open = Math.min(1, Math.max(0, (share - 0.4) / 0.12)) * (share > 0.9 ? 0 : 1);
    const building = built < 1 ? 30 - Math.floor(3 * random()) : 0;
    const limited = isLimited && index >= 44 && index < 53;
    return {
      startMs: index * WINDOW_MS,
      endMs: (index + 1) * WINDOW_MS,
      activity: built < 1 ? "creating" : open === 0 ? "deleting" : open < 1 ? "connecting" : "holding",
      paced: open > 0,
      queued: built < 1 ? Math.max(0, 200 - ready - building) : 0,
      building,
      ready: share > 0.9 ? Math.round(200 * Math.max(0, (1 - share) / 0.1)) : ready,
      terminal: Math.round(800 * open),
      ssh: Math.round(200 * open),
      commands: Math.round(1500 * open * (0.95 + 0.1 * random())),
      failures: 0,
      generator: {
        slipP99Ms: round(limited ? 55 + 20 * random() : 2 + 2 * random()),
        slipMaxMs: round(limited ? 90 + 40 * random() : 6 + 6 * random()),
        lagP99Ms: round(limited ? 30 + 9 * random() : 1.5 + random()),
        eventLoopUtilization: round(limited ? 0.93 : 0.2 + 0.2 * open + 0.05 * random()),
        runQueueShare: 0.01,
        limited: limited ? ["slip p99 more than 50 ms"] : [],
      },
      probe: {
        count: 15,
        errors: 0,
        p50Ms: round(45 + 20 * open + 6 * random()),
        maxMs: round(150 + 200 * random()),
      },
    };
  });
}

function costOf(minutes: readonly number[], isEarly: boolean): RunCost {
  const hours = minutes.reduce((sum, each) => sum + each, 0) / 60;
  const items = [
    { what: "1 × n2-standard-8 for Coder", quantity: 1, rate: 0.3885 },
    { what: "4 × e2-standard-16 for workspaces", quantity: 4, rate: 0.5361 },
    { what: "Cloud SQL db-custom-2-7680", quantity: 1, rate: 0.1353 },
    { what: "GKE control plane", quantity: 1, rate: 0.1 },
  ].map((item) => ({ ...item, per: "hour" as const, amount: cents(item.quantity * item.rate * 1.1) }));
  const total = cents(items.reduce((sum, { amount }) => sum + amount, 0));
  return {
    estimate: {
      prices: "2026-08-03",
      region: "us-central1",
      hours: 1.1,
      perHour: cents(total / 1.1),
      teardownReserve: cents(total * 0.25),
      total,
      items,
    },
    ceiling: 12,
    spent: cents((total / 1.1) * (isEarly ? 0.3 : 1) * hours),
    basis: "estimated",
  };
}

function runIdAt(milliseconds: number, random: () => number): string {
  return ulid(milliseconds, random).toLowerCase();
}

/** A generator of numbers from 0 to 1, the same ones for the same seed (mulberry32 over a hash of the text). */
function randomOf(seed: string): () => number {
  let state = Array.from(seed).reduce(
    (hash, letter) => Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193),
    0x811c9dc5,
  );
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number of the normal distribution, from two of the uniform one. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}

function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
