import type { Observation, ObservedEvent, ObservedLog } from "../../model/observation/observation.ts";
import type { SeriesName } from "../../model/observation/series.ts";
import type { Measurements, RunRecord } from "../../model/record/record.ts";
import type { LoadWindow, Phase } from "../../model/record/worker-result.ts";
import { combineHistograms, readHistogram } from "../judge/histogram.ts";

/** A stretch of the load that rules judge: one sample of the observation, or one window where nothing was observed. */
export interface Moment {
  /** Milliseconds since the load's start, at the end of the stretch. */
  readonly atMs: number;
  readonly fromMs: number;
  /** Index of the observation's sample; undefined without an observation. */
  readonly sample: number | undefined;
  readonly window: LoadWindow;
  /** Means over the stretch by the server's stamps, or the window's counts where builds were not stamped. */
  readonly queued: number;
  readonly running: number;
}

/** One value of one thing. */
export interface Value {
  readonly of: string;
  readonly value: number;
}

/** A record as rules read it. */
export interface ObservedLoad {
  readonly record: RunRecord;
  readonly measurements: Measurements;
  readonly observation: Observation | undefined;
  /** Every moment under load in which the generator was not the limit. */
  readonly moments: readonly Moment[];
  /** Those in which it was. */
  readonly limitedMoments: readonly Moment[];
  /** Samples before the load's first build and connection: what the deployment does without it. */
  readonly idleMoments: readonly Moment[];
  /** Things that have this series. */
  readonly things: (name: SeriesName) => readonly string[];
  /** Values of all things at a moment; those that are not known are absent. */
  readonly values: (name: SeriesName, moment: Moment) => readonly Value[];
  readonly value: (name: SeriesName, of: string, moment: Moment) => number | undefined;
  readonly events: readonly ObservedEvent[];
  readonly logs: readonly ObservedLog[];
}

/** Reads a record for the rules; undefined where it has no load. */
export function readObservedLoad(record: RunRecord): ObservedLoad | undefined {
  const { measurements, observation } = record;
  if (measurements === undefined) return undefined;
  const all = momentsOf(measurements, observation);
  const isLimited = ({ window }: Moment): boolean => window.generator.limited.length > 0;
  const lines = new Map<SeriesName, Map<string, readonly (number | null)[]>>();
  for (const { name, of, values } of observation?.series ?? []) {
    const things = lines.get(name) ?? new Map<string, readonly (number | null)[]>();
    lines.set(name, things.set(of, values));
  }
  const value = (name: SeriesName, of: string, { sample }: Moment): number | undefined =>
    sample === undefined ? undefined : (lines.get(name)?.get(of)?.[sample] ?? undefined);
  const things = (name: SeriesName): readonly string[] => [...(lines.get(name)?.keys() ?? [])];
  return {
    ...{ record, measurements, observation, things, value },
    moments: all.filter((moment) => !isLimited(moment)),
    limitedMoments: all.filter(isLimited),
    idleMoments: idleMomentsOf(measurements, observation),
    values: (name, moment) =>
      things(name).flatMap((of) => {
        const found = value(name, of, moment);
        return found === undefined ? [] : [{ of, value: found }];
      }),
    events: observation?.events ?? [],
    logs: observation?.logs ?? [],
  };
}

/** A phase's percentile in milliseconds, with its count; undefined if it was not measured. */
export function phaseMs(
  { measurements }: ObservedLoad,
  phase: Phase,
  percentile: number,
): { readonly ms: number; readonly count: number } | undefined {
  const all = measurements.histograms.filter((each) => each.phase === phase);
  const basis = all.some((each) => each.basis === "raw") ? "raw" : "intended";
  const [merged] = combineHistograms(all.filter((each) => each.basis === basis));
  if (merged === undefined || merged.count === 0) return undefined;
  return { ms: readHistogram(merged).at(percentile) / 1000, count: merged.count };
}

/** Samples that lie in loaded windows; without an observation, these windows. */
function momentsOf(measurements: Measurements, observation: Observation | undefined): readonly Moment[] {
  const { windows = [] } = measurements;
  const isStaged = windows.some(({ stage }) => stage !== undefined);
  return momentsIn(
    windows.filter((window) => isUnderLoad(window, isStaged)),
    { measurements, observation },
  );
}

function idleMomentsOf(measurements: Measurements, observation: Observation | undefined): readonly Moment[] {
  const { windows = [] } = measurements;
  const first = windows.findIndex(isBusy);
  if (observation === undefined) return [];
  const before = first === -1 ? windows : windows.slice(0, first + 1);
  return momentsIn(before, { measurements, observation }).filter(
    ({ queued, running, window }) => queued + running === 0 && window.terminal + window.ssh === 0,
  );
}

function momentsIn(
  loaded: readonly LoadWindow[],
  {
    measurements,
    observation,
  }: { readonly measurements: Measurements; readonly observation: Observation | undefined },
): readonly Moment[] {
  const { startedAtMs } = measurements;
  const builds = buildsWithin(measurements);
  const moment = (fromMs: number, atMs: number, window: LoadWindow, sample: number | undefined): Moment => ({
    ...{ fromMs, atMs, window, sample },
    ...(builds(fromMs, atMs) ?? { queued: window.queued, running: window.building }),
  });
  if (observation === undefined || observation.samples === 0 || startedAtMs === undefined)
    return loaded.map((window) => moment(window.startMs, window.endMs, window, undefined));
  const { everyMs, samples } = observation;
  const aheadMs = observation.startedAtMs - startedAtMs;
  return Array.from({ length: samples }, (_, sample) => aheadMs + sample * everyMs).flatMap(
    (atMs, sample) => {
      const window = loaded.find(({ startMs, endMs }) => startMs < atMs && atMs <= endMs);
      return window === undefined ? [] : [moment(Math.max(0, atMs - everyMs), atMs, window, sample)];
    },
  );
}

/** Windows of a stage count, except a hold of nothing. Records of earlier versions name no stages. */
function isUnderLoad(window: LoadWindow, isStaged: boolean): boolean {
  const { stage } = window;
  return isStaged ? stage !== undefined && (stage !== "hold" || isBusy(window)) : isBusy(window);
}

function isBusy({ queued, building, terminal, ssh, commands }: LoadWindow): boolean {
  return queued + building + terminal + ssh + commands > 0;
}

/** Mean numbers of queued and running builds in a stretch of the load, from the stamps of each build. */
function buildsWithin({ builds, startedAtMs }: Measurements) {
  const { jobs, since } = builds;
  if (jobs === undefined || since === undefined || startedAtMs === undefined) return () => undefined;
  const aheadMs = startedAtMs - since;
  return (fromMs: number, toMs: number): { readonly queued: number; readonly running: number } => {
    const [from, to] = [fromMs + aheadMs, toMs + aheadMs];
    const length = Math.max(1, to - from);
    let [queuedMs, runningMs] = [0, 0];
    for (const [queued, started, completed] of jobs) {
      queuedMs += Math.max(0, Math.min(to, started) - Math.max(from, queued));
      runningMs += Math.max(0, Math.min(to, completed) - Math.max(from, started));
    }
    return { queued: queuedMs / length, running: runningMs / length };
  };
}
