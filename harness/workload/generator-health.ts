import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import type { Histogram } from "hdr-histogram-js";
import type { GeneratorHealth, GeneratorLimits } from "../model/shard.ts";
import { newHistogram } from "./histogram.ts";

const LAG_TICK_MS = 10;

/** Of the p99 of what the window measured: lateness that the results would not show. */
const SLIP_SHARE_OF_P99 = 0.1;

/** A stretch in which the generator paced events: opening connections, sending commands. */
export type PacedWindow = "ramp" | "hold";

/**
 * Watches the generator itself. Slip is the primary signal: its own lateness, in the unit of the results. The
 * event loop and the run queue see what slip does not: work that was not paced, and cores that others took.
 */
export class HealthWatch {
  /** Filled by the pacers. */
  readonly slip: Readonly<Record<PacedWindow, Histogram>> = { ramp: newHistogram(), hold: newHistogram() };
  readonly #lag: Histogram = newHistogram();
  readonly #cpu = process.cpuUsage();
  #gated = baseline();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    let expected = performance.now() + LAG_TICK_MS;
    this.#timer = setInterval(() => {
      const now = performance.now();
      const lagUs = Math.max(1, Math.round((now - expected) * 1000));
      this.#lag.recordValueWithExpectedInterval(lagUs, LAG_TICK_MS * 1000);
      expected = now + LAG_TICK_MS;
    }, LAG_TICK_MS);
    this.#timer.unref();
  }

  /** From here on events are paced: what the gate judges begins anew, since bursts before it measure in seconds. */
  startPacing(): void {
    this.#lag.reset();
    this.#gated = baseline();
  }

  /** Ends the watch; slip is judged against the p99 of what each window measured. */
  stop(measuredP99Ms: Readonly<Record<PacedWindow, number>>, limits: GeneratorLimits): GeneratorHealth {
    clearInterval(this.#timer);
    const { startMs, loop, runQueueNs } = this.#gated;
    const cpu = process.cpuUsage(this.#cpu);
    const windows = (["ramp", "hold"] as const).map((window) => ({
      window,
      slipP99Ms: percentileMs(this.slip[window], 99),
      slipMaxMs: percentileMs(this.slip[window], 100),
      measuredP99Ms: measuredP99Ms[window],
    }));
    const eventLoopUtilization = round(performance.eventLoopUtilization(loop).utilization);
    const reasons = reasonsOf(
      {
        windows,
        eventLoopUtilization,
        lagP99Ms: percentileMs(this.#lag, 99),
        runQueueShare: (runQueueWaitNs() - runQueueNs) / 1e6 / (performance.now() - startMs),
      },
      limits,
    );
    return {
      slipP99Ms: Math.max(...windows.map((one) => one.slipP99Ms)),
      slipMaxMs: Math.max(...windows.map((one) => one.slipMaxMs)),
      eventLoopUtilization,
      maxRssMib: Math.round(process.resourceUsage().maxRSS / 1024),
      cpuSeconds: round((cpu.user + cpu.system) / 1e6),
      limited: reasons.length > 0,
      reasons,
    };
  }
}

function baseline() {
  return {
    startMs: performance.now(),
    loop: performance.eventLoopUtilization(),
    runQueueNs: runQueueWaitNs(),
  };
}

/** The signals that the gate judges. */
export interface HealthSignals {
  readonly windows: readonly {
    readonly window: PacedWindow;
    readonly slipP99Ms: number;
    readonly slipMaxMs: number;
    readonly measuredP99Ms: number;
  }[];
  readonly eventLoopUtilization: number;
  readonly lagP99Ms: number;
  /** Share of the time in which the process waited for a core. */
  readonly runQueueShare: number;
}

/** Why these signals make the generator the limit, one sentence each; none when it was not. */
export function reasonsOf(signals: HealthSignals, limits: GeneratorLimits): string[] {
  const reasons = signals.windows.flatMap(({ window, slipP99Ms, slipMaxMs, measuredP99Ms }) => {
    const p99Limit = Math.max(limits.slipP99Ms, SLIP_SHARE_OF_P99 * measuredP99Ms);
    const maxLimit = Math.max(limits.slipMaxMs, measuredP99Ms);
    return [
      over(slipP99Ms, p99Limit, `sent its events late in the ${window}, at p99 by ms`),
      over(slipMaxMs, maxLimit, `sent an event late in the ${window}, by ms`),
    ];
  });
  const whole = [
    over(signals.lagP99Ms, limits.lagP99Ms, "had a late event loop, at p99 by ms"),
    over(signals.eventLoopUtilization, limits.eventLoopUtilization, "had a busy event loop, for a share of"),
    over(signals.runQueueShare, limits.runQueueShare, "waited for a core, for a share of"),
  ];
  return [...reasons, ...whole].filter((reason) => reason !== undefined);
}

function over(value: number, limit: number, what: string): string | undefined {
  return value > limit ? `the generator ${what} ${round(value)}, more than ${round(limit)}` : undefined;
}

/** Time this process waited for a core, in nanoseconds; 0 where the kernel does not tell. */
function runQueueWaitNs(): number {
  try {
    return Number(readFileSync("/proc/self/schedstat", "utf8").split(" ")[1]);
  } catch {
    return 0;
  }
}

function percentileMs(histogram: Histogram, percentile: number): number {
  return histogram.totalCount === 0 ? 0 : round(histogram.getValueAtPercentile(percentile) / 1000);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
