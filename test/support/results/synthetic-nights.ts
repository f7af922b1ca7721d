import { ulid } from "ulid";
import type { RunCost } from "../../../harness/model/record/cost.ts";
import type { RunRecord } from "../../../harness/model/record/record.ts";
import { STAGES } from "../../../harness/model/record/stage.ts";
import { judge, type JudgedObjective } from "../../../harness/results/judge/objectives.ts";
import { officialRecord, unmeasured } from "../../harness/results/sample-record.ts";
import { randomOf } from "./seeded-random.ts";
import { syntheticMeasurements } from "./synthetic-measurements.ts";
import { SYNTHETIC_CLAIMS, SYNTHETIC_LIMITS, syntheticObservation } from "./synthetic-observation.ts";

/** The settings of a series of nights; the same settings yield the same records. */
export interface SyntheticNights {
  readonly architecture?: string;
  readonly size?: string;
  /** @default 30 */
  readonly count?: number;
  /** UTC day of the newest. @default 2026-11-22 */
  readonly lastDay?: string;
  /** The nights that differ, by their index from the oldest, 0. @default `PLANTED` */
  readonly planted?: Readonly<Record<number, PlantedNight>>;
  /** From which night on every phase takes longer, and by how much: 0.15 = 15 %. */
  readonly step?: { readonly from: number; readonly by: number };
  /** From which night on the platform is another one. @default 20 */
  readonly nextPlatform?: number;
  /** Whether the deployment was observed: with limits and claims. @default false */
  readonly isObserved?: boolean;
  /** Fields that all records have. */
  readonly overrides?: Partial<RunRecord>;
}

/** How a night ends otherwise than clean. */
export type PlantedNight = "none" | "no-quota" | "slo-failed" | "leaked" | "generator-limited";

/** The faults of thirty nights: one that never was, and one of each way to fail. */
export const PLANTED: Readonly<Record<number, PlantedNight>> = {
  4: "none",
  7: "no-quota",
  13: "generator-limited",
  16: "slo-failed",
  23: "leaked",
};

/** From which night on Coder's version and, where not said otherwise, the platform are others. */
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

function nightOf(index: number, planted: PlantedNight | undefined, wish: SyntheticNights): RunRecord {
  const { architecture = "gke", size = "100", count = 30, lastDay = "2026-11-22", overrides = {} } = wish;
  const { step, nextPlatform = NEXT_PLATFORM } = wish;
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
  const measurements = syntheticMeasurements(random, {
    startedAtMs: loadMs,
    failed: planted === "slo-failed" ? 7 : 0,
    isLimited: planted === "generator-limited",
    ...(step !== undefined && index >= step.from ? { slowerBy: step.by } : {}),
  });
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
        kubernetes: index < nextPlatform ? "1.33.5" : "1.34.1",
        postgres: "16",
        coderMachine: "n2-standard-8",
        cpuPlatform: "Intel Ice Lake",
      },
      coderChannel: "stable",
    },
    conditions: ["rate limits: off", "TLS: off (internal endpoint)", "home volumes: 10 GiB each"],
    stages,
    measurements,
    objectives: [...judge(OBJECTIVES, measurements)],
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
  if (wish.isObserved === true && !isEarly) {
    record.observation = syntheticObservation(randomOf(`observed ${architecture} ${index}`), {
      startedAtMs: loadMs,
      ...(size === "1200" && { replicas: 5 }),
    });
    record.limits = structuredClone(SYNTHETIC_LIMITS);
    record.claims = structuredClone([...SYNTHETIC_CLAIMS]);
  }
  return { ...plantedIn(record, planted), ...overrides };
}

const NO_QUOTA =
  "provision: terraform apply failed in stack gke-cloud: quota CPUS_ALL_REGIONS exceeded: limit 64, wanted 72 (google_container_node_pool.workspaces_nodes)";

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

const OBJECTIVES: readonly JudgedObjective[] = [
  {
    name: "workspaces-succeeded",
    description: "workspaces that were created, reached and ran the command, share of those asked for",
    metric: { path: "workspaces.succeeded", per: "workspaces.asked" },
    threshold: 0.99,
    direction: "at-least",
    unit: "share",
  },
  {
    name: "workspace-ready-p95",
    description: "workspace ready, p95",
    metric: { path: "phases.workspace-ready.p95" },
    threshold: 540_000,
    direction: "at-most",
    unit: "ms",
    reason: "three minutes for nodes, images and agents, and a minute for each round of builds",
  },
  {
    name: "api-p95",
    description: "API latency for other users, p95",
    metric: { path: "phases.api-probe.p95" },
    threshold: 150,
    direction: "at-most",
    unit: "ms",
    severity: "warn",
    reason: "slower than this a dashboard is felt to be slow",
  },
  {
    name: "dashboard-reads",
    description: "dashboard reads that failed, share",
    metric: { path: "phases.api-read.errorShare" },
    threshold: 0.01,
    direction: "at-most",
    unit: "share",
    appliesWhen: "phases.api-read.attempts",
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
        verdict: "slo-failed",
        reasons: ["slo-failed: workspaces that succeeded: 96.5 % (at least 99 %), missed by 2.5 points"],
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

function costOf(minutes: readonly number[], isEarly: boolean): RunCost {
  const hours = minutes.reduce((sum, each) => sum + each, 0) / 60;
  const items = [
    { what: "n2-standard-8 for Coder", quantity: 1, rate: 0.3885 },
    { what: "e2-standard-16 for workspaces", quantity: 4, rate: 0.5361 },
    { what: "cores of Cloud SQL", quantity: 2, rate: 0.0413 },
    { what: "GiB of Cloud SQL's memory", quantity: 7.5, rate: 0.007 },
    { what: "control plane of GKE", quantity: 1, rate: 0.1 },
    { what: "n2-standard-2 for the load", quantity: 1, rate: 0.0971 },
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

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}

function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
