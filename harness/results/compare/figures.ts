import type { Measurements } from "../../model/record/record.ts";
import { type Phase, PHASES } from "../../model/record/worker-result.ts";
import { combineHistograms, summarize } from "../judge/histogram.ts";

/** One figure of a run, to be compared with another run's. */
export interface RunFigure {
  readonly unit: "count" | "ms" | "s" | "MiB" | "bytes";
  readonly value: number;
}

/** Selects latencies by phase and by start time. */
export interface LatencyChoice {
  readonly phases?: ReadonlySet<Phase>;
  /** `intended` uses the real start for a phase that has no other histogram, and names it so. */
  readonly basis: "intended" | "raw";
}

/** Returns every figure of a run by its name, in table order. Latencies appear only if there are enough samples. */
export function figuresOf(
  measurements: Measurements | undefined,
  choice: LatencyChoice,
): ReadonlyMap<string, RunFigure> {
  if (measurements === undefined) return new Map();
  const { users, workspaces, builds, connections, generator, failures } = measurements;
  const counted = (value: number): RunFigure => ({ unit: "count", value });
  const failed = failures.filter(({ phase }) => phase !== "api-probe");
  const classes = new Map<string, number>();
  for (const { class: name, count } of failed) classes.set(name, (classes.get(name) ?? 0) + count);
  return new Map<string, RunFigure>([
    ["users created", counted(users.created)],
    ["workspaces requested", counted(workspaces.asked)],
    ["workspaces succeeded", counted(workspaces.succeeded)],
    ["workspaces failed", counted(workspaces.failed)],
    ["concurrent builds, maximum", counted(builds.peakRunning)],
    ["concurrent builds, time-weighted", counted(builds.timeWeightedRunning)],
    ...latencies(measurements, choice),
    ["connections requested", counted(connections.asked)],
    ["connections held concurrently", counted(connections.held)],
    ["connections lost", counted(connections.lost)],
    ...(connections.bytes === undefined
      ? []
      : ([["bytes sent", { unit: "bytes", value: connections.bytes.sent }]] as const)),
    ...[...classes].map(([name, count]) => [`failures: ${name}`, counted(count)] as const),
    ["generator CPU", { unit: "s", value: generator.cpuSeconds }],
    ["generator memory, maximum", { unit: "MiB", value: generator.maxRssMib }],
  ]);
}

function latencies(
  { histograms }: Measurements,
  { phases = new Set(PHASES), basis }: LatencyChoice,
): (readonly [string, RunFigure])[] {
  const merged = combineHistograms(histograms);
  return PHASES.filter((phase) => phases.has(phase)).flatMap((phase) => {
    const of = merged.filter((one) => one.phase === phase);
    const histogram = of.find((one) => one.basis === basis) ?? (basis === "intended" ? of[0] : undefined);
    if (histogram === undefined) return [];
    const name = histogram.basis === basis ? phase : `${phase} (from its real start)`;
    const { count, percentilesUs, maxUs } = summarize(histogram);
    return [
      [`${name}, count`, { unit: "count", value: count }] as const,
      ...Object.entries(percentilesUs).map(
        ([percentile, us]) => [`${name}, p${percentile}`, { unit: "ms", value: us / 1000 }] as const,
      ),
      ...(maxUs === undefined ? [] : [[`${name}, max`, { unit: "ms", value: maxUs / 1000 }] as const]),
    ];
  });
}
