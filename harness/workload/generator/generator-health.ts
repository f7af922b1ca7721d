import { type EventLoopUtilization, performance } from "node:perf_hooks";
import type { Histogram } from "hdr-histogram-js";
import { thisMachine } from "../../model/record/machine.ts";
import type { GeneratorHealth, LoadWindow, Phase } from "../../model/record/worker-result.ts";
import { ANSWER_PHASE_NAMES } from "../../model/scenarios/scenario-phases.ts";
import type { GeneratorLimits } from "../../model/ports/worker-task.ts";
import { type HealthSignals, PACED, type Paced, findGeneratorLimits, round } from "./generator-gate.ts";
import { newHistogram, percentileMs, recordMs } from "./histogram.ts";
import { childCpuMs, readChildren } from "./child-counters.ts";
import { countOpenFiles, readKernelCounters } from "./kernel-counters.ts";
import { findPlace } from "./worker-place.ts";
import type { SlipSink } from "./pacer.ts";
import { countOf } from "../../tools/count-text.ts";

const LAG_TICK_MS = 10;
const MOST_REASONS = 5;
/** Share of the window: processes that wanted a core for less time than this say nothing about cores. */
const LEAST_WANTED_SHARE = 0.05;

/** The kind of paced event that a phase measures. Lateness is compared with these latencies. */
const MEASURED_BY: Partial<Record<Phase, Paced>> = {
  "create-workspace": "arrivals",
  "start-workspace": "arrivals",
  "visit-ssh-handshake": "visits",
  "visit-terminal-first-byte": "visits",
  "api-read": "scenario",
  "app-echo": "scenario",
  ...Object.fromEntries(ANSWER_PHASE_NAMES.map((phase) => [phase, "scenario"])),
  "ssh-handshake": "ramp",
  "terminal-first-byte": "ramp",
  "opening-command": "ramp",
  "held-command": "hold",
  "closing-command": "hold",
  "traffic-tick": "hold",
};

/** Further phases that objectives judge by the generator's own clock. A window with one of them is judged. */
const JUDGED: ReadonlySet<Phase> = new Set<Phase>([
  "workspace-ready",
  "command",
  "opening-command",
  "api-probe",
  "stop-workspace",
]);

interface Kind {
  readonly slip: Histogram;
  readonly measured: Histogram;
}

type GeneratorWindow = LoadWindow["generator"];

/**
 * Watches the generator itself, window by window. Slip is the primary signal: the generator's own lateness,
 * in the unit of the results. Event loop and run queue show what slip does not: unpaced work, and cores taken
 * by others. A window is judged if events were paced in it, or if it has a figure that an objective judges.
 */
export class HealthWatch {
  /** Filled by the pacers. */
  readonly slip: Readonly<Record<Paced, SlipSink>>;
  readonly #limits: GeneratorLimits;
  readonly #kinds: Readonly<Record<Paced, Kind>>;
  readonly #allSlip = newHistogram();
  readonly #lag = newHistogram();
  readonly #cpu = process.cpuUsage();
  readonly #timer: NodeJS.Timeout;
  readonly #reasons = new Map<string, { count: number; readonly text: string }>();
  #beforeChange: () => void = () => undefined;
  #baseline = baseline();
  #isPaced = false;
  #staysPaced = false;
  #hasFigures = false;
  readonly #lackedInWindow = new Set<string>();
  #children = readChildren();
  readonly #childCpuMs = childCpuMs();
  readonly #exhausted = new Map<string, number>();
  #judgedWindows = 0;
  #limitedWindows = 0;
  #paced = { active: 0, idle: 0 };

  constructor(limits: GeneratorLimits) {
    this.#limits = limits;
    const kinds = PACED.map((paced) => [paced, { slip: newHistogram(), measured: newHistogram() }] as const);
    this.#kinds = Object.fromEntries(kinds) as Record<Paced, Kind>;
    const sinks = kinds.map(([paced, { slip }]) => [
      paced,
      {
        record: (milliseconds: number) => {
          recordMs(slip, milliseconds);
          recordMs(this.#allSlip, milliseconds);
        },
      },
    ]);
    this.slip = Object.fromEntries(sinks) as Record<Paced, SlipSink>;
    let expected = performance.now() + LAG_TICK_MS;
    this.#timer = setInterval(() => {
      const now = performance.now();
      const lagUs = Math.max(1, Math.round((now - expected) * 1000));
      this.#lag.recordValueWithExpectedInterval(lagUs, LAG_TICK_MS * 1000);
      expected = now + LAG_TICK_MS;
    }, LAG_TICK_MS);
    this.#timer.unref();
  }

  get isPaced(): boolean {
    return this.#isPaced;
  }

  /** Records a latency, with which the lateness of its events is compared. */
  measured(phase: Phase, milliseconds: number): void {
    const paced = MEASURED_BY[phase];
    if (paced !== undefined || JUDGED.has(phase)) this.#hasFigures = true;
    if (paced !== undefined) recordMs(this.#kinds[paced].measured, milliseconds);
  }

  /**
   * Records that the machine ran out of something, which `what` names. Such figures say nothing about the
   * deployment.
   */
  exhausted(what: string): void {
    const [cause = what] = /the generator's machine ran out of [^:]*/.exec(what) ?? [];
    this.#exhausted.set(cause, (this.#exhausted.get(cause) ?? 0) + 1);
    this.#lackedInWindow.add(cause);
  }

  /** Records how long an event of this phase waited because the generator has too few of something. */
  waited(phase: Phase, milliseconds: number): void {
    const paced = MEASURED_BY[phase];
    if (paced !== undefined) this.slip[paced].record(milliseconds);
  }

  /** `cut` ends the window whenever pacing starts or stops, so that no window is mixed. */
  onChange(cut: () => void): void {
    this.#beforeChange = cut;
  }

  /** Ends the current window. */
  cut(): void {
    this.#beforeChange();
  }

  /** Marks the start of paced events. */
  startPacing(): void {
    if (this.#isPaced) return;
    this.#beforeChange();
    this.#isPaced = true;
  }

  /** Paces until it is called with `false`: loads that overlap start and stop pacing in between. */
  keepPacing(isKept: boolean): void {
    this.#staysPaced = isKept;
    if (isKept) this.startPacing();
    else this.stopPacing();
  }

  stopPacing(): void {
    if (!this.#isPaced || this.#staysPaced) return;
    this.#beforeChange();
    this.#isPaced = false;
  }

  /**
   * The generator's signals since the last window's end. `limited` is filled only if the window is judged.
   */
  window(startMs: number): GeneratorWindow & { readonly judged: boolean } {
    const { loop, kernel, atMs } = this.#baseline;
    this.#baseline = baseline();
    const durationMs = this.#baseline.atMs - atMs;
    const spent = performance.eventLoopUtilization(this.#baseline.loop, loop);
    const now = this.#baseline.kernel;
    const since = (key: keyof typeof now): number | undefined => {
      const [before, after] = [kernel[key], now[key]];
      return before === undefined || after === undefined ? undefined : Math.max(0, after - before);
    };
    const ticks = since("allTicks") ?? 0;
    const signals: HealthSignals = {
      durationMs,
      isPaced: this.#isPaced,
      slip: PACED.filter((paced) => this.#kinds[paced].slip.totalCount > 0).map((paced) => ({
        paced,
        slipP99Ms: percentileMs(this.#kinds[paced].slip, 99),
        slipMaxMs: percentileMs(this.#kinds[paced].slip, 100),
        measuredP99Ms: percentileMs(this.#kinds[paced].measured, 99),
      })),
      lagP99Ms: percentileMs(this.#lag, 99),
      eventLoopUtilization: round(spent.utilization),
      runQueueShare: round((since("runQueueMs") ?? 0) / durationMs),
      stealShare: ticks === 0 ? undefined : round((since("stealTicks") ?? 0) / ticks),
      synRetransmits: since("synRetransmits"),
      listenOverflows: since("listenOverflows"),
      childRunQueueShare: this.#childRunQueueShare(durationMs),
    };
    const lacked = [...this.#lackedInWindow];
    const judged = this.#isPaced || this.#hasFigures || lacked.length > 0;
    const limited = judged ? [...lacked, ...findGeneratorLimits(signals, this.#limits)] : [];
    if (judged) this.#judge(limited, spent, startMs);
    this.#hasFigures = false;
    this.#lackedInWindow.clear();
    const retransmits = since("retransmits");
    const files = countOpenFiles();
    for (const { slip, measured } of Object.values(this.#kinds)) {
      slip.reset();
      measured.reset();
    }
    this.#lag.reset();
    const { stealShare, synRetransmits, listenOverflows, childRunQueueShare } = signals;
    return {
      slipP99Ms: Math.max(0, ...signals.slip.map((one) => one.slipP99Ms)),
      slipMaxMs: Math.max(0, ...signals.slip.map((one) => one.slipMaxMs)),
      lagP99Ms: signals.lagP99Ms,
      eventLoopUtilization: signals.eventLoopUtilization,
      runQueueShare: signals.runQueueShare,
      ...(retransmits === undefined ? {} : { retransmits }),
      ...(synRetransmits === undefined ? {} : { synRetransmits }),
      ...(listenOverflows === undefined ? {} : { listenOverflows }),
      ...(stealShare === undefined ? {} : { stealShare }),
      ...(files === undefined ? {} : { openFiles: files }),
      ...(childRunQueueShare === undefined ? {} : { childRunQueueShare }),
      limited,
      judged,
    };
  }

  /** Ends the watch, after the last window was taken. */
  stop(): GeneratorHealth {
    clearInterval(this.#timer);
    return this.soFar();
  }

  /** The generator over all windows that were taken. */
  soFar(): GeneratorHealth {
    const cpu = process.cpuUsage(this.#cpu);
    const { active, idle } = this.#paced;
    const place = findPlace();
    const reasons = [...this.#reasons.values()].sort((a, b) => b.count - a.count).slice(0, MOST_REASONS);
    return {
      slipP99Ms: percentileMs(this.#allSlip, 99),
      slipMaxMs: percentileMs(this.#allSlip, 100),
      eventLoopUtilization: active + idle === 0 ? 0 : round(active / (active + idle)),
      maxRssMib: Math.round(process.resourceUsage().maxRSS / 1024),
      cpuSeconds: round((cpu.user + cpu.system) / 1e6),
      childCpuSeconds: round((childCpuMs() - this.#childCpuMs) / 1000),
      machine: { ...thisMachine(), node: process.version },
      ...(place === undefined ? {} : { place }),
      limited: this.#limitedWindows > 0 || this.#exhausted.size > 0,
      reasons: [
        ...[...this.#exhausted].map(([cause, times]) => `${cause}, ${countOf(times, "time")}`),
        ...reasons.map(({ count, text }) => `${text}, in ${count} of ${this.#judgedWindows} windows`),
      ],
    };
  }

  /** For children that existed at both ends of the window; undefined if they hardly wanted a core. */
  #childRunQueueShare(durationMs: number): number | undefined {
    const before = this.#children;
    this.#children = readChildren();
    let [ran, waited] = [0, 0];
    for (const [pid, now] of this.#children) {
      const then = before.get(pid) ?? { ranMs: 0, waitedMs: 0 };
      ran += Math.max(0, now.ranMs - then.ranMs);
      waited += Math.max(0, now.waitedMs - then.waitedMs);
    }
    const wanted = ran + waited;
    return wanted < durationMs * LEAST_WANTED_SHARE ? undefined : round(waited / wanted);
  }

  /**
   * Keeps the first sentence of each reason, and in how many windows it held. Reasons differ only in their
   * figures.
   */
  #judge(limited: readonly string[], spent: EventLoopUtilization, startMs: number): void {
    this.#judgedWindows++;
    if (limited.length > 0) this.#limitedWindows++;
    this.#paced = { active: this.#paced.active + spent.active, idle: this.#paced.idle + spent.idle };
    for (const reason of limited) {
      // Reported with the number of times, which is more precise than the number of windows.
      if (this.#exhausted.has(reason)) continue;
      const kind = reason.replace(/[\d.]+/g, "");
      const known = this.#reasons.get(kind);
      if (known !== undefined) known.count++;
      else this.#reasons.set(kind, { count: 1, text: `${reason}, first at ${Math.round(startMs / 1000)} s` });
    }
  }
}

function baseline() {
  return {
    atMs: performance.now(),
    loop: performance.eventLoopUtilization(),
    kernel: readKernelCounters(),
  };
}
