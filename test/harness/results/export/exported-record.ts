import type { Observation } from "../../../../harness/model/observation/observation.ts";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { officialRecord, sampleMeasurements } from "../sample-record.ts";

/** Words that break every format that does not escape them. */
export const HOSTILE = '=cmd|"x", </testcase>]]>&\\n{}\n\u0007é';

const STARTED_AT_MS = Date.parse("2026-11-22T07:01:00.000Z");

/** What was observed of two replicas, with one value that is not known. */
const OBSERVED: Observation = {
  ...{ startedAtMs: STARTED_AT_MS, everyMs: 5000, samples: 3, unseen: [] },
  series: [
    { name: "coderd.api-p95", of: "coder-a", values: [120, null, 80] },
    { name: "coderd.cpu", of: "coder-a", values: [1.5, 2, 2.5] },
    { name: "coderd.cpu", of: "coder-b", values: [0.5, 1, 0.25] },
  ],
  cost: { cpuSeconds: 1, maxRssMib: 50, questions: 6, bytes: 100, meanMs: 5, maxMs: 9 },
};

const GENERATOR = {
  ...{ slipP99Ms: 1, slipMaxMs: 2, lagP99Ms: 3, eventLoopUtilization: 0.1, runQueueShare: 0 },
  limited: [],
};
const COUNTS = { activity: "creating", queued: 1, building: 2, ready: 3, terminal: 4, ssh: 5, failures: 0 };

/** An official record with two windows, an observation, hostile words, and every kind of objective. */
export function exportedRecord(overrides: Partial<RunRecord> = {}): RunRecord {
  const objective = { description: HOSTILE, threshold: 2, direction: "at-most" } as const;
  return officialRecord({
    coderVersion: HOSTILE,
    measurements: sampleMeasurements({
      startedAtMs: STARTED_AT_MS,
      windows: [
        { ...COUNTS, startMs: 0, endMs: 5000, commands: 50, generator: GENERATOR },
        {
          ...{ ...COUNTS, startMs: 5000, endMs: 10_000, commands: 100, generator: GENERATOR },
          probe: { count: 5, errors: 0, p50Ms: 40, maxMs: 90 },
        },
      ],
    }),
    observation: OBSERVED,
    objectives: [
      { ...objective, name: "met", value: 1, met: true },
      { ...objective, name: "missed", value: 3, met: false },
      { ...objective, name: "warned", value: 3, met: false, severity: "warn" },
      { ...objective, name: "unjudged", met: false, judged: false },
    ],
    verdict: "slo-failed",
    reasons: [HOSTILE],
    ...overrides,
  });
}
