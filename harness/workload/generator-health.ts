import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import type { Histogram } from "hdr-histogram-js";
import type { GeneratorHealth } from "../model/shard.ts";
import { newHistogram } from "./histogram.ts";

const LAG_TICK_MS = 10;
const RSS_EVERY_TICKS = 50;
const MIB = 1024 * 1024;

/** Beyond these the generator, not the deployment, may have been the limit (measured on two cores). */
const GATE = {
  slipP99Ms: 10,
  slipShareOfP99: 0.1,
  slipMaxMs: 100,
  lagP99Ms: 20,
  eventLoopUtilization: 0.85,
  runQueueShare: 0.25,
} as const;

/**
 * Watches the generator itself. Slip is the primary signal: its own lateness, in the unit of the results. The
 * event loop and the run queue see what slip does not: work that was not paced, and cores that others took.
 */
export class HealthWatch {
  /** Filled by the pacers. */
  readonly slip: Histogram = newHistogram();
  readonly #lag: Histogram = newHistogram();
  readonly #startMs = performance.now();
  readonly #loop = performance.eventLoopUtilization();
  readonly #cpu = process.cpuUsage();
  readonly #runQueueNs = runQueueWaitNs();
  readonly #timer: NodeJS.Timeout;
  #maxRss = process.memoryUsage.rss();

  constructor() {
    let expected = performance.now() + LAG_TICK_MS;
    let ticks = 0;
    this.#timer = setInterval(() => {
      const now = performance.now();
      const lagUs = Math.max(1, Math.round((now - expected) * 1000));
      this.#lag.recordValueWithExpectedInterval(lagUs, LAG_TICK_MS * 1000);
      expected = now + LAG_TICK_MS;
      if (++ticks % RSS_EVERY_TICKS === 0) this.#sampleRss();
    }, LAG_TICK_MS);
    this.#timer.unref();
  }

  /** Ends the watch. `measuredP99Ms` is the p99 of what was paced, which slip is judged against. */
  stop(measuredP99Ms: number | undefined): GeneratorHealth {
    clearInterval(this.#timer);
    this.#sampleRss();
    const wallMs = performance.now() - this.#startMs;
    const cpu = process.cpuUsage(this.#cpu);
    const figures = {
      slipP99Ms: percentileMs(this.slip, 99),
      slipMaxMs: round(this.slip.maxValue / 1000),
      eventLoopUtilization: round(performance.eventLoopUtilization(this.#loop).utilization),
      maxRssMib: Math.round(this.#maxRss / MIB),
      cpuSeconds: round((cpu.user + cpu.system) / 1e6),
    };
    const reasons = reasonsOf({
      ...figures,
      measuredP99Ms: measuredP99Ms ?? 0,
      lagP99Ms: percentileMs(this.#lag, 99),
      runQueueShare: (runQueueWaitNs() - this.#runQueueNs) / 1e6 / wallMs,
    });
    return { ...figures, limited: reasons.length > 0, reasons };
  }

  #sampleRss(): void {
    this.#maxRss = Math.max(this.#maxRss, process.memoryUsage.rss());
  }
}

/** The signals that the gate judges. */
export interface HealthSignals {
  readonly slipP99Ms: number;
  readonly slipMaxMs: number;
  readonly eventLoopUtilization: number;
  readonly measuredP99Ms: number;
  readonly lagP99Ms: number;
  /** Share of the time in which the process waited for a core. */
  readonly runQueueShare: number;
}

/** Why these signals make the generator the limit, one sentence each; none when it was not. */
export function reasonsOf(signals: HealthSignals): string[] {
  const slipP99Limit = Math.max(GATE.slipP99Ms, GATE.slipShareOfP99 * signals.measuredP99Ms);
  const slipMaxLimit = Math.max(GATE.slipMaxMs, signals.measuredP99Ms);
  const checks: readonly (readonly [number, number, string, string])[] = [
    [signals.slipP99Ms, slipP99Limit, "sent its 99th percentile late by", "ms"],
    [signals.slipMaxMs, slipMaxLimit, "sent its latest event late by", "ms"],
    [signals.lagP99Ms, GATE.lagP99Ms, "had an event loop that was late (p99) by", "ms"],
    [signals.eventLoopUtilization, GATE.eventLoopUtilization, "had an event loop busy for a share of", ""],
    [signals.runQueueShare, GATE.runQueueShare, "waited for a core for a share of", ""],
  ];
  return checks
    .filter(([value, limit]) => value > limit)
    .map(([value, limit, what, unit]) =>
      `the generator ${what} ${round(value)} ${unit}`.trimEnd().concat(`, more than ${round(limit)}`),
    );
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
