import type { Measurements, RunRecord } from "../../model/record.ts";
import { PHASES } from "../../model/shard-result.ts";
import { mergeHistograms, summarize } from "../../results/histogram.ts";

/** One figure that both engines tell in the same meaning. */
export interface ComparedFigure {
  readonly name: string;
  readonly unit: "count" | "ms" | "s" | "MiB" | "bytes";
  /** Absent where that engine has none. */
  readonly refbench?: number;
  readonly coder?: number;
}

/** The same load by refbench and by Coder's own utility, one after the other. */
export interface Comparison {
  readonly runs: Readonly<Record<"refbench" | "coder", { readonly runId: string; readonly verdict: string }>>;
  /** Whether what was loaded was an emulator. */
  readonly simulated: boolean;
  readonly coderVersion: string;
  readonly figures: readonly ComparedFigure[];
  readonly notComparable: readonly string[];
}

/** Phases that both measure alike: by the server's clock, by refbench's own deletes, by its probe. */
const ALIKE = new Set<string>([
  "build-queue",
  "build",
  "build-init",
  "build-plan",
  "build-graph",
  "build-apply",
  "agent-connect",
  "agent-ready",
  "delete-workspace",
  "api-probe",
]);

/** Sets the figures of both records side by side; each needs measurements. */
export function compareRecords(refbench: RunRecord, coder: RunRecord): Comparison {
  const [ours, theirs] = [figuresOf(refbench.measurements), figuresOf(coder.measurements)];
  const names = [...new Set([...ours.keys(), ...theirs.keys()])];
  return {
    runs: {
      refbench: { runId: refbench.runId, verdict: refbench.verdict },
      coder: { runId: coder.runId, verdict: coder.verdict },
    },
    simulated: refbench.simulated,
    coderVersion: coder.measurements?.engine?.version ?? "unknown",
    figures: names.map((name) => {
      const [one, other] = [ours.get(name), theirs.get(name)];
      return {
        name,
        unit: one?.unit ?? other?.unit ?? "count",
        ...(one === undefined ? {} : { refbench: one.value }),
        ...(other === undefined ? {} : { coder: other.value }),
      };
    }),
    notComparable: coder.measurements?.engine?.notComparable ?? [],
  };
}

interface Figure {
  readonly unit: ComparedFigure["unit"];
  readonly value: number;
}

function figuresOf(measurements: Measurements | undefined): ReadonlyMap<string, Figure> {
  if (measurements === undefined) return new Map();
  const { users, workspaces, builds, connections, generator, failures } = measurements;
  const counted = (value: number): Figure => ({ unit: "count", value });
  const failed = failures.filter(({ phase }) => phase !== "api-probe");
  const classes = new Map<string, number>();
  for (const { class: name, count } of failed) classes.set(name, (classes.get(name) ?? 0) + count);
  return new Map<string, Figure>([
    ["users created", counted(users.created)],
    ["workspaces asked for", counted(workspaces.asked)],
    ["workspaces succeeded", counted(workspaces.succeeded)],
    ["workspaces failed", counted(workspaces.failed)],
    ["builds running at once, most", counted(builds.peakRunning)],
    ["builds running at once, over time", counted(builds.timeWeightedRunning)],
    ...latencies(measurements),
    ["connections asked for", counted(connections.asked)],
    ["connections held at once", counted(connections.held)],
    ["connections lost", counted(connections.lost)],
    ...(connections.bytes === undefined
      ? []
      : ([["bytes sent", { unit: "bytes", value: connections.bytes.sent }]] as const)),
    ...[...classes].map(([name, count]) => [`failures: ${name}`, counted(count)] as const),
    ["generator CPU", { unit: "s", value: generator.cpuSeconds }],
    ["generator memory, most", { unit: "MiB", value: generator.maxRssMib }],
  ]);
}

function latencies({ histograms }: Measurements): (readonly [string, Figure])[] {
  const raw = mergeHistograms(histograms.filter(({ basis }) => basis === "raw"));
  return PHASES.filter((phase) => ALIKE.has(phase)).flatMap((phase) => {
    const histogram = raw.find((one) => one.phase === phase);
    if (histogram === undefined) return [];
    const { count, percentilesUs, maxUs } = summarize(histogram);
    return [
      [`${phase}, count`, { unit: "count", value: count }] as const,
      ...Object.entries(percentilesUs).map(
        ([percentile, us]) => [`${phase}, p${percentile}`, { unit: "ms", value: us / 1000 }] as const,
      ),
      ...(maxUs === undefined ? [] : [[`${phase}, max`, { unit: "ms", value: maxUs / 1000 }] as const]),
    ];
  });
}
