import type { RunRecord } from "../../model/record/record.ts";
import { PHASES, type Phase } from "../../model/record/worker-result.ts";
import { PHASE_WORDS } from "../format/phase-words.ts";
import { combineHistograms, summarize } from "../judge/histogram.ts";

/** One figure of a record, for programs that know nothing of refbench. */
export interface ExportedFigure {
  /** Stable name: `workspaces-succeeded`, `workspace-ready-p95`. */
  readonly name: string;
  readonly words: string;
  readonly unit: "count" | "per-minute" | "ms" | "s" | "MiB" | "share" | "USD";
  readonly value: number;
  /** Which direction is an improvement; absent where neither is. */
  readonly better?: "smaller" | "bigger";
  /** For a latency: its phase, and a percentile (0 to 1), the maximum, or how many samples it has. */
  readonly latency?: { readonly phase: Phase; readonly statistic: number | "max" | "count" };
  /** The value is a lower bound, because it falls among failed attempts. */
  readonly isAtLeast?: true;
}

/**
 * Every figure of a record in the order of its tables: counts, latencies from the intended start with as many samples
 * as their percentile needs, and costs. Empty for a record without measurements.
 */
export function exportedFigures(record: RunRecord): readonly ExportedFigure[] {
  return [...counts(record), ...latencies(record), ...costs(record)];
}

function counts({ measurements }: RunRecord): readonly ExportedFigure[] {
  if (measurements === undefined) return [];
  const { users, workspaces, builds, connections, generator, failures } = measurements;
  const count = (
    name: string,
    words: string,
    value: number,
    better?: ExportedFigure["better"],
  ): ExportedFigure => ({ name, words, unit: "count", value, ...(better === undefined ? {} : { better }) });
  // The API probe measures what other users feel: its failures are not the load's.
  const failed = failures
    .filter(({ phase }) => phase !== "api-probe")
    .reduce((sum, each) => sum + each.count, 0);
  return [
    count("users-created", "users created", users.created, "bigger"),
    count("workspaces-requested", "workspaces requested", workspaces.asked),
    count("workspaces-succeeded", "workspaces that succeeded", workspaces.succeeded, "bigger"),
    count("workspaces-failed", "workspaces that failed", workspaces.failed, "smaller"),
    count("builds-peak", "builds that ran at the same time, maximum", builds.peakRunning),
    count("builds-mean", "builds that ran at the same time, weighted by time", builds.timeWeightedRunning),
    ...(builds.perMinute === undefined
      ? []
      : [
          {
            name: "builds-per-minute",
            words: "builds that succeeded per minute",
            unit: "per-minute",
            value: builds.perMinute,
            better: "bigger",
          } as const,
        ]),
    count("connections-requested", "connections requested", connections.asked),
    count("connections-held", "connections held at the same time", connections.held, "bigger"),
    count("connections-lost", "connections lost", connections.lost, "smaller"),
    count("failures", "failures of the load", failed, "smaller"),
    { name: "generator-cpu", words: "CPU time of the generator", unit: "s", value: generator.cpuSeconds },
    {
      name: "generator-memory",
      words: "memory of the generator, maximum",
      unit: "MiB",
      value: generator.maxRssMib,
    },
  ];
}

function latencies({ measurements }: RunRecord): readonly ExportedFigure[] {
  if (measurements === undefined) return [];
  const merged = combineHistograms(measurements.histograms);
  return PHASES.flatMap((phase) => {
    const histograms = merged.filter((each) => each.phase === phase);
    const histogram = histograms.find(({ basis }) => basis === "intended") ?? histograms[0];
    if (histogram === undefined) return [];
    const { count, percentilesUs, maxUs, atLeast } = summarize(histogram);
    const words = PHASE_WORDS[phase];
    const ms = (statistic: number | "max", name: string, us: number, isAtLeast: boolean): ExportedFigure => ({
      name: `${phase}-${name}`,
      words: `${words}, ${name}`,
      unit: "ms",
      value: us / 1000,
      better: "smaller",
      latency: { phase, statistic },
      ...(isAtLeast && { isAtLeast }),
    });
    return [
      {
        name: `${phase}-count`,
        words: `${words}, samples`,
        unit: "count",
        value: count,
        latency: { phase, statistic: "count" },
      } as const,
      ...([50, 90, 95, 99] as const).flatMap((percentile) => {
        const us = percentilesUs[percentile];
        return us === undefined ? [] : [ms(percentile / 100, `p${percentile}`, us, atLeast.has(percentile))];
      }),
      ...(maxUs === undefined ? [] : [ms("max", "max", maxUs, atLeast.has("max"))]),
    ];
  });
}

function costs({ cost }: RunRecord): readonly ExportedFigure[] {
  const usd = cost?.spent;
  return usd === undefined
    ? []
    : [{ name: "cost", words: "cost of the run, estimated", unit: "USD", value: usd, better: "smaller" }];
}
