import * as hdr from "hdr-histogram-js";
import {
  MEASURING_METHODS,
  RECORD_SCHEMA_VERSION,
  recordSchema,
} from "../../../harness/model/record/record.ts";
import type { Measurements, RunRecord } from "../../../harness/model/record/record.ts";
import type { Phase, PhaseHistogram } from "../../../harness/model/record/worker-result.ts";

/** A stored histogram of these microseconds. */
export function histogramOf(
  microseconds: readonly number[],
  { phase = "command", basis = "intended" }: { phase?: Phase; basis?: "intended" | "raw" } = {},
): PhaseHistogram {
  const histogram = hdr.build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600_000_000,
    numberOfSignificantValueDigits: 3,
  });
  for (const value of microseconds) histogram.recordValue(value);
  return {
    phase,
    basis,
    count: histogram.totalCount,
    hdr: hdr.encodeIntoCompressedBase64(histogram),
  };
}

export const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);

export function sampleMeasurements(overrides: Partial<Measurements> = {}): Measurements {
  return {
    users: { asked: 1200, created: 1200, withWorkspace: 1198, deleted: 1200 },
    workspaces: { asked: 1200, created: 1200, ready: 1200, succeeded: 1198, failed: 2, deleted: 1200 },
    builds: { capacity: 120, peakRunning: 118, timeWeightedRunning: 97.34 },
    connections: {
      asked: 10_000,
      held: 10_000,
      heldTerminal: 9_000,
      heldSsh: 1_000,
      sshPath: "tunnel",
      verified: 10_000,
      lost: 0,
      serverGauge: { terminal: 9_000, ssh: 1_000 },
    },
    failures: [
      { class: "connect-timeout", phase: "ssh-handshake", count: 2, example: "no handshake within 30 s" },
    ],
    histograms: [
      histogramOf(upTo(1200).map((i) => i * 1000)),
      histogramOf(
        upTo(1200).map((i) => i * 900),
        { basis: "raw" },
      ),
      histogramOf(upTo(150), { phase: "terminal-first-byte" }),
      histogramOf(upTo(150), { phase: "terminal-first-byte", basis: "raw" }),
      histogramOf(
        upTo(1200).map((i) => i * 100_000),
        { phase: "workspace-ready" },
      ),
      histogramOf(
        upTo(1200).map((i) => i * 300),
        { phase: "ssh-handshake" },
      ),
      histogramOf(
        upTo(300).map((i) => i * 100),
        { phase: "api-probe" },
      ),
    ],
    generator: {
      slipP99Ms: 3.2,
      slipMaxMs: 12,
      eventLoopUtilization: 0.4,
      maxRssMib: 412,
      cpuSeconds: 61.4,
      machine: { cpu: "Xeon", cores: 4, memoryGib: 16, os: "Linux 6.1", node: "v20.19.0" },
      limited: false,
      reasons: [],
    },
    ...overrides,
  };
}

/** The record of a passed rehearsal, or what a test makes of it. */
export function sampleRecord(overrides: Partial<RunRecord> = {}): RunRecord {
  return recordSchema.parse({
    schemaVersion: RECORD_SCHEMA_VERSION,
    runId: "01kf3zq8v1a2b3c4d5e6f7g8h9",
    origin: { kind: "run" },
    architecture: "gke",
    size: "1200",
    overrides: { "connections.total": 10_000 },
    environment: "Kubernetes (GKE)",
    simulated: true,
    coder: "emulated",
    rehearsedVersion: "2.31.0",
    startedAt: "2026-11-22T07:00:00.000Z",
    finishedAt: "2026-11-22T07:03:05.000Z",
    load: {
      users: 1200,
      workspaces: 1200,
      concurrentBuilds: 120,
      replicas: 4,
      daemonsPerReplica: 30,
      connections: 10_000,
      sshShare: 0.1,
    },
    provenance: {
      refbench: { version: "0.1.0", commit: "abc1234", dirty: false },
      terraform: "1.11.4",
      providers: { "hashicorp/google": "6.50.0" },
      // The figures are invented: they do not follow from the jobs and windows of any load.
      method: MEASURING_METHODS[0],
      node: "v20.20.0",
      machine: { cpu: "EPYC", cores: 2, memoryGib: 8, os: "linux" },
      rehearsal: { speed: 200, buildSpeed: 4 },
    },
    network: {
      pubsub: "postgres",
      tls: "off",
      httpProxies: [],
      direct: "allowed",
      relays: ["Coder Embedded Relay"],
      workspaceProxies: [],
      unseen: [],
    },
    conditions: ["rate limits off", "licence simulated"],
    resources: { "gke-cloud": 14, "gke-coder": 5 },
    stages: [],
    measurements: sampleMeasurements(),
    objectives: [
      {
        name: "workspaces-succeeded",
        description: "workspaces that succeeded, share of those asked for",
        threshold: 0.99,
        value: 1198 / 1200,
        met: true,
      },
    ],
    teardown: {
      state: "clean",
      scope: "twin inventory of project refbench-twin",
      finishedAt: "2026-11-22T07:03:05.000Z",
      left: [],
      swept: [],
      problems: [],
    },
    verdict: "pass",
    reasons: [],
    ...overrides,
  } satisfies RunRecord);
}

/** The record of a run on a real cloud. */
export function officialRecord(overrides: Partial<RunRecord> = {}): RunRecord {
  const { rehearsedVersion, ...rest } = sampleRecord();
  return sampleRecord({
    ...rest,
    origin: { kind: "nightly", night: "01kf3zq8v1a2b3c4d5e6f7g8h0" },
    overrides: {},
    simulated: false,
    coder: "real",
    cloud: {
      project: "my-project",
      region: "us-central1",
      zone: "us-central1-a",
      endpoints: [],
      emulated: false,
      stacks: "0123456789abcdef",
      skippedChecks: [],
      skippedCanary: false,
    },
    coderVersion: rehearsedVersion,
    ...overrides,
  });
}

/** The record of a run that ended before its load. */
export function unmeasured(record: RunRecord): RunRecord {
  const copy = structuredClone(record);
  delete copy.measurements;
  return copy;
}
