import type { GeneratorLimits } from "../../model/ports/worker-task.ts";

/** Of the p99 of what the window measured: lateness that the results would not show. */
const SLIP_SHARE_OF_P99 = 0.1;

/** Shorter ones say nothing about shares and tails. */
const SHORTEST_MS = 1000;

/** What the generator can be late with: arrivals of an open schedule, visits of ready workspaces, a scenario's events, connections being opened, commands while they are held. */
export const PACED = ["arrivals", "visits", "scenario", "ramp", "hold"] as const;
export type Paced = (typeof PACED)[number];

/** The signals of one window that the gate judges. */
export interface HealthSignals {
  readonly durationMs: number;
  /** Whether events were paced in it. */
  readonly isPaced: boolean;
  readonly slip: readonly {
    readonly paced: Paced;
    readonly slipP99Ms: number;
    readonly slipMaxMs: number;
    /** The 99th percentile of what these events measured. */
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

/** Why these signals make the generator the limit, one sentence each; none when it was not. */
export function reasonsOf(signals: HealthSignals, limits: GeneratorLimits): string[] {
  const { lagP99Ms, unpacedLagP99Ms = lagP99Ms } = limits;
  const slip = signals.slip.flatMap(({ paced, slipP99Ms, slipMaxMs, measuredP99Ms }) => {
    const p99Limit = Math.max(limits.slipP99Ms, SLIP_SHARE_OF_P99 * measuredP99Ms);
    const maxLimit = Math.max(limits.slipMaxMs, measuredP99Ms);
    return [
      over(slipP99Ms, p99Limit, `sent its events late in the ${paced}, at p99 by ms`),
      over(slipMaxMs, maxLimit, `sent an event late in the ${paced}, by ms`),
    ];
  });
  const tcp = [
    over(signals.synRetransmits, limits.synRetransmits, "had to ask again for connections, times"),
    over(signals.listenOverflows, limits.listenOverflows, "dropped connections from full queues, times"),
  ];
  const whole = [
    over(
      signals.lagP99Ms,
      signals.isPaced ? lagP99Ms : unpacedLagP99Ms,
      "had a late event loop, at p99 by ms",
    ),
    over(signals.eventLoopUtilization, limits.eventLoopUtilization, "had a busy event loop, for a share of"),
    over(signals.runQueueShare, limits.runQueueShare, "waited for a core, for a share of"),
    over(
      signals.childRunQueueShare,
      limits.childRunQueueShare,
      "had processes that waited for a core, of the time that they wanted one for a share of",
    ),
    over(signals.stealShare, limits.stealShare, "lost its cores to other machines, for a share of"),
  ];
  return [...slip, ...tcp, ...(signals.durationMs < SHORTEST_MS ? [] : whole)].filter(
    (reason) => reason !== undefined,
  );
}

function over(value: number | undefined, limit: number | undefined, what: string): string | undefined {
  if (value === undefined || limit === undefined || value <= limit) return undefined;
  return `the generator ${what} ${round(value)}, more than ${round(limit)}`;
}

/** Two decimals. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
