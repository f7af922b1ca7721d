import type { Clock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { WorkerEvent } from "../../model/ports/worker.ts";
import type { LoadTask, WorkerTask } from "../../model/ports/worker-task.ts";
import { leastDurationMs } from "../context/least-duration.ts";

/** A worker at work says something at least this often, whatever its task. */
export const ALIVE_EVERY_MS = 5_000;

const LOOK_MS = 1_000;

/** After how much silence what is done, in milliseconds. */
export interface Silence {
  /** The silence is told. @default 30 s */
  readonly noteMs: number;
  /** The connection is made anew: what hangs may lie on the way. @default 60 s */
  readonly reconnectMs: number;
  /** The worker hangs. @default 2 minutes */
  readonly hungMs: number;
  /** How often is looked. @default 1 s */
  readonly lookMs: number;
}

const SILENCE: Silence = { noteMs: 30_000, reconnectMs: 60_000, hungMs: 120_000, lookMs: LOOK_MS };

/** Beyond the longest time for which a load may change nothing by its own plan. */
const STANDSTILL_MARGIN_MS = 5 * 60_000;

export interface WorkerWatchOptions {
  /** Where the worker runs, in words. */
  readonly name: string;
  readonly task: WorkerTask;
  readonly clock: Clock;
  readonly silence?: Partial<Silence> | undefined;
  readonly onNote: (message: string) => void;
  /** Called once, with the error that ends the task: the worker hangs or does nothing. */
  readonly onHung: (error: RefbenchError) => void;
  /** Called at each silence of `reconnectMs`. */
  readonly onReconnect?: () => void;
}

/**
 * Notices a worker that hangs by its silence, and one that lives but does nothing by a load that changes nothing for
 * longer than its plan allows. Time in which this process itself stood still does not count.
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
  #told: "nothing" | "silence" | "reconnect" | "hung" = "nothing";

  constructor(options: WorkerWatchOptions) {
    this.#options = options;
    this.#silence = { ...SILENCE, ...options.silence };
    this.#lookedAtMs = options.clock.elapsed();
    this.#heardAt = this.#changedAt = options.clock.now();
    this.#timer = setInterval(() => this.look(), this.#silence.lookMs);
    this.#timer.unref();
  }

  /** From now on the worker can be heard, or, after `false`, it is out of reach and its silence says nothing. */
  listen(isListening: boolean): void {
    this.#isListening = isListening;
    this.#lookedAtMs = this.#options.clock.elapsed();
  }

  hear(event: WorkerEvent): void {
    const { clock, name, onNote } = this.#options;
    const heardAt = clock.now();
    if (this.#told === "silence" || this.#told === "reconnect") onNote(`${name} is heard again`);
    if (this.#told !== "hung") this.#told = "nothing";
    this.#silentMs = 0;
    this.#heardAt = heardAt;
    if (event.type === "alive") return;
    const { activity, progress } = stateOf(event);
    if (progress === this.#progress) return;
    this.#activity = activity ?? this.#activity;
    this.#progress = progress;
    this.#unchangedMs = 0;
    this.#changedAt = heardAt;
  }

  /** Looks once; it is done every `lookMs` anyway. */
  look(): void {
    const { clock, name, task, onNote, onHung, onReconnect } = this.#options;
    const nowMs = clock.elapsed();
    const sinceMs = Math.min(nowMs - this.#lookedAtMs, 2 * this.#silence.lookMs);
    this.#lookedAtMs = nowMs;
    if (!this.#isListening || this.#told === "hung") return;
    this.#silentMs += sinceMs;
    this.#unchangedMs += sinceMs;
    const { noteMs, reconnectMs, hungMs } = this.#silence;
    const allowedMs = task.task === "load" ? longestStandstillMs(task, this.#activity) : Infinity;
    if (this.#silentMs >= hungMs) {
      this.#told = "hung";
      const silence = `nothing was heard from ${name} since ${timeOfDay(this.#heardAt)} (${inWords(hungMs)})`;
      onHung(new RefbenchError("infrastructure", `${silence}: its worker or its machine hangs`));
    } else if (this.#unchangedMs >= allowedMs) {
      this.#told = "hung";
      const what = this.#activity === undefined ? "it did nothing" : `it was ${this.#activity}`;
      onHung(
        new RefbenchError(
          "infrastructure",
          `the worker on ${name} answers and does nothing: ${what} without a change since ${timeOfDay(this.#changedAt)}, for longer than ${inWords(allowedMs)}`,
        ),
      );
    } else if (this.#silentMs >= reconnectMs && this.#told !== "reconnect") {
      this.#told = "reconnect";
      onReconnect?.();
    } else if (this.#silentMs >= noteMs && this.#told === "nothing") {
      this.#told = "silence";
      onNote(
        `nothing was heard from ${name} since ${timeOfDay(this.#heardAt)}: after ${inWords(hungMs)} of silence its task ends`,
      );
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** What counts as a change. The rate of commands does not: it is zero, or not, while nothing else is done. */
function stateOf(event: WorkerEvent): { readonly activity?: string; readonly progress: string } {
  if (event.type !== "progress") return { progress: JSON.stringify(event) };
  const progress = { ...event.progress, commandsPerSecond: 0 };
  return { activity: progress.activity, progress: JSON.stringify(progress) };
}

/** For how long a load may show no change: a hold is as long as it was asked for, anything else ends by a timeout. */
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

function inWords(ms: number): string {
  return ms >= 120_000 ? `${Math.round(ms / 60_000)} minutes` : `${Math.round(ms / 1_000)} s`;
}
