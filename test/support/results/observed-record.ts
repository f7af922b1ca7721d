import { sampleRecord, sampleMeasurements, histogramOf } from "../../harness/results/sample-record.ts";
import type { ObjectiveResult, Measurements, RunRecord } from "../../../harness/model/record/record.ts";
import type { LoadWindow, Phase } from "../../../harness/model/record/worker-result.ts";
import type { Observation } from "../../../harness/model/observation/observation.ts";
import type { SeriesName } from "../../../harness/model/observation/series.ts";

/** One value for each sample, or one for all; null = not known. */
export type Values = number | null | ((sample: number) => number | null);

/** Series by name and thing: `{ "coderd.cpu": { "coder-0": 0.4 } }`. */
export type PlannedSeries = Partial<Record<SeriesName, Readonly<Record<string, Values>>>>;

export interface PlannedLoad {
  /** @default 60 samples of 5 s */
  readonly samples?: number;
  readonly everyMs?: number;
  readonly series?: PlannedSeries;
  /** Absent = no observation at all. @default an observation of `series` */
  readonly isObserved?: boolean;
  readonly observation?: Partial<Observation>;
  readonly window?: (index: number) => Partial<LoadWindow>;
  readonly measurements?: Partial<Measurements>;
  readonly isGeneratorLimited?: boolean;
  readonly builds?: Partial<Measurements["builds"]>;
  /** Median of phases in milliseconds: 100 samples around it. */
  readonly phases?: Partial<Record<Phase, number>>;
  readonly objectives?: readonly ObjectiveResult[];
  readonly record?: Partial<RunRecord>;
}

const STARTED_AT_MS = Date.parse("2026-11-22T07:00:30.000Z");

/** An objective that was met with room. */
export const MET: ObjectiveResult = {
  name: "api-probe-p95",
  description: "API probe, p95",
  metric: { path: "phases.api-probe.p95" },
  direction: "at-most",
  unit: "ms",
  threshold: 500,
  value: 120,
  met: true,
};

/** The same, missed. */
export const MISSED: ObjectiveResult = { ...MET, value: 1900, met: false };

/**
 * The record of a load that missed an objective, with builds in its first half and connections in its second, and the
 * series that a test plans.
 */
export function observedRecord({
  samples = 60,
  everyMs = 5000,
  series = {},
  isObserved = true,
  observation = {},
  window = () => ({}),
  measurements = {},
  isGeneratorLimited = false,
  builds = {},
  phases = {},
  objectives = [MISSED],
  record = {},
}: PlannedLoad = {}): RunRecord {
  const histograms = Object.entries(phases).map(([phase, medianMs]) =>
    histogramOf(
      Array.from({ length: 100 }, (_, index) => Math.round(medianMs * 1000 * (0.8 + index * 0.004))),
      { phase: phase as Phase, basis: "raw" },
    ),
  );
  const base = sampleMeasurements();
  return sampleRecord({
    simulated: false,
    coder: "real",
    rehearsedVersion: undefined,
    coderVersion: "2.31.0",
    objectives: [...objectives],
    ...record,
    measurements: {
      ...base,
      failures: [],
      startedAtMs: STARTED_AT_MS,
      generator: {
        ...base.generator,
        limited: isGeneratorLimited,
        reasons: isGeneratorLimited ? ["lateness p99 beyond 10 ms in some windows"] : [],
      },
      histograms: [...base.histograms, ...histograms],
      windows: Array.from({ length: samples }, (_, index) => ({
        ...windowOf(index, { samples, everyMs }),
        ...window(index),
      })),
      ...measurements,
      builds: { capacity: 10, peakRunning: 10, timeWeightedRunning: 4, ...builds },
    },
    ...(isObserved && {
      observation: {
        startedAtMs: STARTED_AT_MS + everyMs,
        everyMs,
        samples,
        series: Object.entries(series).flatMap(([name, things]) =>
          Object.entries(things).map(([of, planned]) => ({
            name: name as SeriesName,
            of,
            values: Array.from({ length: samples }, (_, sample) => valueAt(planned, sample)),
          })),
        ),
        unseen: [],
        cost: { cpuSeconds: 1, maxRssMib: 60, questions: 100, bytes: 10_000, meanMs: 8, maxMs: 20 },
        ...observation,
      },
    }),
  });
}

function valueAt(planned: Values, sample: number): number | null {
  const value = typeof planned === "function" ? planned(sample) : planned;
  return value === null ? null : Number(value.toPrecision(4));
}

function windowOf(
  index: number,
  { samples, everyMs }: { readonly samples: number; readonly everyMs: number },
): LoadWindow {
  const isBuilding = index < samples / 2;
  return {
    startMs: index * everyMs,
    endMs: (index + 1) * everyMs,
    activity: isBuilding ? "creating" : "holding",
    stage: isBuilding ? "arrivals" : "hold",
    paced: true,
    judged: true,
    queued: 0,
    building: isBuilding ? 5 : 0,
    ready: isBuilding ? index : 30,
    terminal: isBuilding ? 0 : 80,
    ssh: isBuilding ? 0 : 20,
    commands: isBuilding ? 0 : 200,
    failures: 0,
    generator: {
      ...{ slipP99Ms: 2, slipMaxMs: 6, lagP99Ms: 2, eventLoopUtilization: 0.2, runQueueShare: 0.01 },
      ...{ synRetransmits: 0, listenOverflows: 0, limited: [] },
    },
    probe: { count: 10, errors: 0, p50Ms: 40, maxMs: 90 },
  };
}
