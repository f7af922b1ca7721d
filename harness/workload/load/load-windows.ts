import { type LoadWindow, WINDOW_MS } from "../../model/record/worker-result.ts";
import type { ApiProbe } from "./api-probe.ts";
import { generatorNow } from "../context/clock-watch.ts";
import type { FailureLedger } from "../context/failures.ts";
import type { HealthWatch } from "../generator/generator-health.ts";
import type { ProgressBoard } from "../context/progress-board.ts";

/**
 * More than an hour of windows. Beyond that, pairs are merged, so that a load of a day is no larger than one
 * of an hour.
 */
export const MOST_WINDOWS = 720;

/**
 * The course of a load: counts, failures, the generator's health and the API probe, in windows of a few
 * seconds.
 */
export class LoadWindows {
  /** Milliseconds since the epoch, by the clock with which the builds' stamps are compared. */
  readonly startedAtMs = Math.round(generatorNow());
  readonly #startMs = performance.now();
  readonly #sources: WindowSources;
  readonly #timer: NodeJS.Timeout;
  #windows: LoadWindow[] = [];
  #lastMs = 0;
  #commands = 0;
  #failures = 0;

  constructor(sources: WindowSources, everyMs = WINDOW_MS) {
    this.#sources = sources;
    this.#timer = setInterval(() => this.cut(), everyMs);
    this.#timer.unref();
    sources.health.onChange(() => this.cut());
  }

  /** Ends the current window and starts the next. */
  cut(): void {
    this.#timer.refresh();
    const { board, failures, health, probe } = this.#sources;
    const endMs = performance.now() - this.#startMs;
    const startMs = this.#lastMs;
    const felt = probe?.window();
    const { judged, ...generator } = health.window(startMs);
    const { queued, building, ready } = board.workspaces;
    this.#windows.push({
      startMs: Math.round(startMs),
      endMs: Math.round(endMs),
      activity: board.activity,
      ...(board.stage === undefined ? {} : { stage: board.stage }),
      paced: health.isPaced,
      judged,
      queued,
      building,
      ready,
      terminal: board.connections.terminal,
      ssh: board.connections.ssh,
      commands: board.commands - this.#commands,
      failures: failures.total - this.#failures,
      generator,
      ...(felt === undefined ? {} : { probe: felt }),
    });
    this.#lastMs = endMs;
    this.#commands = board.commands;
    this.#failures = failures.total;
    if (this.#windows.length > MOST_WINDOWS) this.#windows = mergePairs(this.#windows);
  }

  /** Ends the current window, and returns all so far. */
  soFar(): LoadWindow[] {
    this.cut();
    return [...this.#windows];
  }

  stop(): LoadWindow[] {
    const windows = this.soFar();
    clearInterval(this.#timer);
    return windows;
  }
}

export interface WindowSources {
  readonly board: ProgressBoard;
  readonly failures: FailureLedger;
  readonly health: HealthWatch;
  readonly probe: ApiProbe | undefined;
}

/** Merges every two neighbouring windows. */
export function mergePairs(windows: readonly LoadWindow[]): LoadWindow[] {
  const pairs: LoadWindow[] = [];
  for (let index = 0; index < windows.length; index += 2) {
    const [first, second] = [windows[index], windows[index + 1]];
    if (first !== undefined) pairs.push(second === undefined ? first : joinWindows(first, second));
  }
  return pairs;
}

type WindowProbe = NonNullable<LoadWindow["probe"]>;

/**
 * Merges the API probes of several windows: counts add up, and the worst latencies are kept, because medians
 * cannot be merged.
 */
export function worstProbe(probes: readonly WindowProbe[]): WindowProbe | undefined {
  if (probes.length === 0) return undefined;
  const waiting = probes.reduce((sum, probe) => sum + (probe.waiting ?? 0), 0);
  return {
    count: probes.reduce((sum, probe) => sum + probe.count, 0),
    errors: probes.reduce((sum, probe) => sum + probe.errors, 0),
    ...(waiting === 0 ? {} : { waiting }),
    p50Ms: Math.max(...probes.map(({ p50Ms }) => p50Ms)),
    maxMs: Math.max(...probes.map(({ maxMs }) => maxMs)),
  };
}

/**
 * Merges two windows of one process: states are those of the end, sums add up, and of health figures the
 * worse is kept.
 */
export function joinWindows(first: LoadWindow, second: LoadWindow): LoadWindow {
  const [one, other] = [first.generator, second.generator];
  const most = (key: keyof typeof one): number => Math.max(Number(one[key] ?? 0), Number(other[key] ?? 0));
  const probe = worstProbe([first.probe, second.probe].filter((one) => one !== undefined));
  const stage = second.stage ?? first.stage;
  return {
    ...second,
    startMs: first.startMs,
    ...(stage === undefined ? {} : { stage }),
    paced: first.paced === true || second.paced === true,
    judged: first.judged === true || second.judged === true,
    commands: first.commands + second.commands,
    failures: first.failures + second.failures,
    generator: {
      ...other,
      slipP99Ms: most("slipP99Ms"),
      slipMaxMs: most("slipMaxMs"),
      lagP99Ms: most("lagP99Ms"),
      eventLoopUtilization: most("eventLoopUtilization"),
      runQueueShare: most("runQueueShare"),
      ...(other.retransmits === undefined ? {} : { retransmits: (one.retransmits ?? 0) + other.retransmits }),
      ...(other.synRetransmits === undefined
        ? {}
        : { synRetransmits: (one.synRetransmits ?? 0) + other.synRetransmits }),
      ...(other.listenOverflows === undefined
        ? {}
        : { listenOverflows: (one.listenOverflows ?? 0) + other.listenOverflows }),
      limited: [...new Set([...one.limited, ...other.limited])],
    },
    ...(probe === undefined ? {} : { probe }),
  };
}
