import type { Clock } from "../../tools/time/clock.ts";
import type { RefbenchError } from "../../tools/error.ts";
import { WorkerLost } from "../../model/ports/worker-lost.ts";
import type { WorkerEvent } from "../../model/ports/worker.ts";
import type { LoadTask, WorkerTask } from "../../model/ports/worker-task.ts";
import { leastDurationMs } from "../context/least-duration.ts";

/** A working worker sends an event at least this often, whatever its task. */
export const ALIVE_EVERY_MS = 5_000;

const LOOK_MS = 1_000;

/** The reactions to silence, by its length in milliseconds. */
export interface Silence {
  /** The silence is reported. @default 30 s */
  readonly noteMs: number;
  /** A new connection is made, because the problem may be on the way. @default 60 s */
  readonly reconnectMs: number;
  /** The worker counts as hanging. @default 2 minutes */
  readonly hungMs: number;
  /** How often to check. @default 1 s */
  readonly lookMs: number;
}

const SILENCE: Silence = { noteMs: 30_000, reconnectMs: 60_000, hungMs: 120_000, lookMs: LOOK_MS };

/** Added to the longest time without a change that a load's plan contains. */
const STANDSTILL_MARGIN_MS = 5 * 60_000;

export interface WorkerWatchOptions {
  /** The worker's machine, for messages. */
  readonly name: string;
  readonly task: WorkerTask;
  readonly clock: Clock;
  readonly silence?: Partial<Silence> | undefined;
  readonly onNote: (message: string) => void;
  /** Called once, with the error that ends the task, when the worker hangs or does nothing. */
  readonly onHung: (error: RefbenchError) => void;
  /** Called after each silence of `reconnectMs`. */
  readonly onReconnect?: () => void;
}

/**
 * Detects a worker that hangs, by its silence, and one that answers but does nothing, by a load without
 * changes for longer than its plan allows. Time in which this process itself hung does not count.
 */
export class WorkerWatch implements Disposable {
  readonly #options: WorkerWatchOptions;
  readonly #silence: Silence;
  readonly #timer: NodeJS.Timeout;
  #isListening = false;
  #lookedAtMs: number;
  #silentMs = 0;
  #unchangedMs = 0;
  #heardAt: number;
  #changedAt: number;
  #activity: string | undefined;
  #progress = "";
  #reported: "nothing" | "silence" | "reconnect" | "hung" = "nothing";

  constructor(options: WorkerWatchOptions) {
    this.#options = options;
    this.#silence = { ...SILENCE, ...options.silence };
    this.#lookedAtMs = options.clock.elapsed();
    this.#heardAt = this.#changedAt = options.clock.now();
    this.#timer = setInterval(() => this.look(), this.#silence.lookMs);
    this.#timer.unref();
  }

  /** Starts counting silence; `false` pauses it while the worker is out of reach. */
  listen(isListening: boolean): void {
    this.#isListening = isListening;
    this.#lookedAtMs = this.#options.clock.elapsed();
  }

  hear(event: WorkerEvent): void {
    const { clock, name, onNote } = this.#options;
    const heardAt = clock.now();
    if (this.#reported === "silence" || this.#reported === "reconnect") onNote(`${name} answers again`);
    if (this.#reported !== "hung") this.#reported = "nothing";
    this.#silentMs = 0;
    this.#heardAt = heardAt;
    if (event.type === "alive") return;
    const { activity, progress } = comparableState(event);
    if (progress === this.#progress) return;
    this.#activity = activity ?? this.#activity;
    this.#progress = progress;
    this.#unchangedMs = 0;
    this.#changedAt = heardAt;
  }

  /** Checks once, in addition to the checks every `lookMs`. */
  look(): void {
    const { clock, name, task, onNote, onHung, onReconnect } = this.#options;
    const nowMs = clock.elapsed();
    const sinceMs = Math.min(nowMs - this.#lookedAtMs, 2 * this.#silence.lookMs);
    this.#lookedAtMs = nowMs;
    if (!this.#isListening || this.#reported === "hung") return;
    this.#silentMs += sinceMs;
    this.#unchangedMs += sinceMs;
    const { noteMs, reconnectMs, hungMs } = this.#silence;
    const allowedMs = task.task === "load" ? longestStandstillMs(task, this.#activity) : Infinity;
    if (this.#silentMs >= hungMs) {
      this.#reported = "hung";
      const silence = `${name} has sent nothing since ${timeOfDay(this.#heardAt)} (${formatLimit(hungMs)})`;
      onHung(
        new WorkerLost(`${silence}: its worker or its machine hangs`, {
          loss: "unknown",
          code: "infrastructure",
        }),
      );
    } else if (this.#unchangedMs >= allowedMs) {
      this.#reported = "hung";
      const what = this.#activity === undefined ? "it did nothing" : `it was ${this.#activity}`;
      onHung(
        new WorkerLost(
          `the worker on ${name} answers but does nothing: ${what} without a change since ${timeOfDay(this.#changedAt)}, for longer than ${formatLimit(allowedMs)}`,
          { loss: "unknown", code: "infrastructure" },
        ),
      );
    } else if (this.#silentMs >= reconnectMs && this.#reported !== "reconnect") {
      this.#reported = "reconnect";
      onReconnect?.();
    } else if (this.#silentMs >= noteMs && this.#reported === "nothing") {
      this.#reported = "silence";
      onNote(
        `${name} has sent nothing since ${timeOfDay(this.#heardAt)}: its task ends after ${formatLimit(hungMs)} of silence`,
      );
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/**
 * The part of an event whose change counts. The rate of commands does not count: it varies while nothing else
 * happens.
 */
function comparableState(event: WorkerEvent): { readonly activity?: string; readonly progress: string } {
  if (event.type !== "progress") return { progress: JSON.stringify(event) };
  const progress = { ...event.progress, commandsPerSecond: 0 };
  return { activity: progress.activity, progress: JSON.stringify(progress) };
}

/** How long a load may show no change: a hold as long as requested, everything else until a timeout. */
function longestStandstillMs(task: LoadTask, activity: string | undefined): number {
  const { connections, timeouts } = task;
  const plannedMs =
    activity === "holding" ? connections.holdMs : Math.max(leastDurationMs(task), ...Object.values(timeouts));
  return plannedMs + STANDSTILL_MARGIN_MS;
}

/** Time of day in UTC. */
export function timeOfDay(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)} UTC`;
}

function formatLimit(ms: number): string {
  return ms >= 120_000 ? `${Math.round(ms / 60_000)} minutes` : `${Math.round(ms / 1_000)} s`;
}
