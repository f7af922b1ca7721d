import { SERIES, type SeriesUnit } from "../../model/observation/series.ts";
import type { RunRecord } from "../../model/record/record.ts";
import type { LoadWindow } from "../../model/record/worker-result.ts";

/** One figure over the time of a load. */
export interface ExportedSeries {
  /** A name of `SERIES`, or `load.…` for a figure of the load itself. */
  readonly name: string;
  readonly words: string;
  readonly unit: SeriesUnit;
  /** The thing that it was observed of; empty for a figure of the load. */
  readonly of: string;
  /** Milliseconds since the epoch, rising, and the value. Times without a value are left out. */
  readonly points: readonly (readonly [atMs: number, value: number])[];
}

interface LoadSeries {
  readonly name: string;
  readonly words: string;
  readonly unit: SeriesUnit;
  readonly value: (window: LoadWindow) => number | undefined;
}

/** Figures of the load's windows. Counts hold at the window's end. */
const LOAD_SERIES: readonly LoadSeries[] = [
  { name: "load.queued", words: "builds in the queue", unit: "count", value: ({ queued }) => queued },
  { name: "load.building", words: "running builds", unit: "count", value: ({ building }) => building },
  { name: "load.ready", words: "workspaces that are ready", unit: "count", value: ({ ready }) => ready },
  { name: "load.terminals", words: "web terminals held", unit: "count", value: ({ terminal }) => terminal },
  { name: "load.ssh", words: "SSH connections held", unit: "count", value: ({ ssh }) => ssh },
  {
    name: "load.commands",
    words: "verified commands",
    unit: "per-second",
    value: (window) => perSecond(window, window.commands),
  },
  {
    name: "load.failures",
    words: "failures of the load",
    unit: "per-second",
    value: (window) => perSecond(window, window.failures),
  },
  {
    name: "load.api-probe-p50",
    words: "latency of the API probe, p50",
    unit: "ms",
    value: ({ probe }) => probe?.p50Ms,
  },
  {
    name: "load.api-probe-max",
    words: "latency of the API probe, maximum",
    unit: "ms",
    value: ({ probe }) => probe?.maxMs,
  },
  {
    name: "load.generator-lag-p99",
    words: "event-loop delay of the generator, p99",
    unit: "ms",
    value: ({ generator }) => generator.lagP99Ms,
  },
];

/** The load over time, and what was observed of the deployment meanwhile. Empty where the load's start is not known. */
export function exportedSeries(record: RunRecord): readonly ExportedSeries[] {
  return [...ofLoad(record), ...observed(record)];
}

function ofLoad({ measurements }: RunRecord): readonly ExportedSeries[] {
  const { startedAtMs, windows = [] } = measurements ?? {};
  if (startedAtMs === undefined || windows.length === 0) return [];
  return LOAD_SERIES.map(({ name, words, unit, value }) => ({
    ...{ name, words, unit, of: "" },
    points: windows.flatMap((window) => {
      const at = value(window);
      return at === undefined ? [] : [[startedAtMs + window.endMs, at] as const];
    }),
  }));
}

function observed({ observation }: RunRecord): readonly ExportedSeries[] {
  if (observation === undefined) return [];
  const { startedAtMs, everyMs, series } = observation;
  return series.map(({ name, of, values }) => ({
    ...{ name, of, words: SERIES[name].words, unit: SERIES[name].unit },
    points: values.flatMap((value, index) =>
      value === null ? [] : [[startedAtMs + index * everyMs, value] as const],
    ),
  }));
}

function perSecond({ startMs, endMs }: LoadWindow, count: number): number | undefined {
  return endMs > startMs ? (count * 1000) / (endMs - startMs) : undefined;
}
