import type { GeneratorLimits } from "../../model/ports/worker-task.ts";

/** Share of the window's measured p99: lateness below it would not show in the results. */
const SLIP_SHARE_OF_P99 = 0.1;

/** In shorter windows, shares and tails mean nothing. */
const SHORTEST_MS = 1000;

/**
 * The kinds of paced events: arrivals of an open schedule, visits of ready workspaces, events of a scenario,
 * connections being opened, commands during the hold.
 */
export const PACED = ["arrivals", "visits", "scenario", "ramp", "hold"] as const;
export type Paced = (typeof PACED)[number];

/** The signals of one window, which the gate judges. */
export interface HealthSignals {
  readonly durationMs: number;
  /** Whether events were paced in the window. */
  readonly isPaced: boolean;
  readonly slip: readonly {
    readonly paced: Paced;
    readonly slipP99Ms: number;
    readonly slipMaxMs: number;
    /** The 99th percentile of these events' latencies. */
    readonly measuredP99Ms: number;
  }[];
  readonly lagP99Ms: number;
  readonly eventLoopUtilization: number;
  /** Share of the time in which the process waited for a core. */
  readonly runQueueShare: number;
  readonly stealShare?: number | undefined;
  readonly synRetransmits?: number | undefined;
  readonly listenOverflows?: number | undefined;
  readonly childRunQueueShare?: number | undefined;
}

/** Why these signals make the generator the limit, one sentence each; empty if it was not. */
export function findGeneratorLimits(signals: HealthSignals, limits: GeneratorLimits): string[] {
  const { lagP99Ms, unpacedLagP99Ms = lagP99Ms } = limits;
  const slip = signals.slip.flatMap(({ paced, slipP99Ms, slipMaxMs, measuredP99Ms }) => {
    const p99Limit = Math.max(limits.slipP99Ms, SLIP_SHARE_OF_P99 * measuredP99Ms);
    const maxLimit = Math.max(limits.slipMaxMs, measuredP99Ms);
    return [
      exceeds(`lateness in the ${paced} p99`, slipP99Ms, p99Limit, " ms"),
      exceeds(`lateness in the ${paced} maximum`, slipMaxMs, maxLimit, " ms"),
    ];
  });
  const tcp = [
    exceeds("number of repeated connection requests (SYN)", signals.synRetransmits, limits.synRetransmits),
    exceeds(
      "number of connections dropped from full queues",
      signals.listenOverflows,
      limits.listenOverflows,
    ),
  ];
  const whole = [
    exceeds("event-loop delay p99", signals.lagP99Ms, signals.isPaced ? lagP99Ms : unpacedLagP99Ms, " ms"),
    exceeds("event-loop utilization", signals.eventLoopUtilization, limits.eventLoopUtilization),
    exceeds("share of time waiting for a core", signals.runQueueShare, limits.runQueueShare),
    exceeds(
      "share of time that its processes waited for a core",
      signals.childRunQueueShare,
      limits.childRunQueueShare,
    ),
    exceeds("share of core time lost to other machines", signals.stealShare, limits.stealShare),
  ];
  return [...slip, ...tcp, ...(signals.durationMs < SHORTEST_MS ? [] : whole)].filter(
    (reason) => reason !== undefined,
  );
}

function exceeds(
  what: string,
  value: number | undefined,
  limit: number | undefined,
  unit = "",
): string | undefined {
  if (value === undefined || limit === undefined || value <= limit) return undefined;
  return `${what} ${round(value)}${unit} exceeds ${round(limit)}${unit}`;
}

/** Rounds to two decimals. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
