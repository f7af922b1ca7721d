import type { Clock } from "../../tools/time/clock.ts";
import { messageOf } from "../../tools/error.ts";
import type { FigureSource, Findings, Reading } from "../source.ts";
import type { Asking } from "./ask.ts";
import type { ClusterView } from "./cluster-view.ts";
import { ClusterEvents } from "./events.ts";
import { ClusterTime } from "./cluster-time.ts";
import type { ObservedCluster } from "./cluster-source.ts";
import { PodLogs } from "./pod-logs.ts";

/** Kubelets keep 10 MiB of a log by default: more often than it turns over at a debug level. */
const LOGS_EVERY_MS = 30_000;
/** API servers keep events for an hour by default. */
const EVENTS_EVERY_MS = 300_000;

export interface BackgroundOptions {
  readonly cluster: ObservedCluster;
  readonly asking: Asking;
  readonly view: ClusterView;
}

/** Logs and events, which are read beside the samples and rarely. */
export function logsAndEventsSource(options: BackgroundOptions): FigureSource {
  return new LogsAndEvents(options);
}

class LogsAndEvents implements FigureSource {
  readonly what = "logs and events of the cluster";
  readonly #options: BackgroundOptions;
  readonly #clock: Clock;
  readonly #ending = new AbortController();
  #started: Promise<{ readonly logs: PodLogs; readonly events: ClusterEvents }> | undefined;
  #running: Promise<void> | undefined;
  #problem: string | undefined;
  #logsDueMs = 0;
  #eventsDueMs = 0;

  constructor(options: BackgroundOptions) {
    this.#options = options;
    this.#clock = options.cluster.clock;
  }

  /** Begins to read what is due, and does not wait for it. */
  read(): Promise<Reading> {
    this.#running ??= this.#readDue(this.#ending.signal)
      .catch((error: unknown) => {
        this.#problem = messageOf(error);
      })
      .finally(() => {
        this.#running = undefined;
      });
    return Promise.resolve({ samples: [], ...this.#options.asking.takeCost() });
  }

  async findings(_startedAtMs: number, signal: AbortSignal): Promise<Findings> {
    await this.#running;
    const { logs, events } = await (this.#started ??= this.#start(signal));
    const { view } = this.#options;
    await events.read(signal);
    const pods = await view.pods(signal);
    await logs.read(pods, signal);
    await logs.readEnded(pods, signal);
    const [ofLogs, ofEvents] = [logs.found(), events.found()];
    return {
      logs: [...ofLogs.logs],
      events: [...ofEvents.events],
      unseen: [
        ...ofLogs.unseen,
        ...ofEvents.unseen,
        ...(this.#problem === undefined ? [] : [{ what: this.what, why: this.#problem }]),
      ],
      ...this.#options.asking.takeCost(),
    };
  }

  close(): Promise<void> {
    this.#ending.abort();
    return Promise.resolve();
  }

  async #start(signal: AbortSignal) {
    const { asking, cluster } = this.#options;
    const time = await ClusterTime.read(cluster.access, this.#clock, signal);
    const events = new ClusterEvents(asking, time, cluster.namespaces);
    this.#eventsDueMs = this.#clock.elapsed() + EVENTS_EVERY_MS;
    this.#logsDueMs = this.#clock.elapsed() + LOGS_EVERY_MS;
    await events.read(signal);
    return { logs: new PodLogs(asking, time), events };
  }

  async #readDue(signal: AbortSignal): Promise<void> {
    const { logs, events } = await (this.#started ??= this.#start(signal));
    if (this.#clock.elapsed() >= this.#logsDueMs) {
      this.#logsDueMs = this.#clock.elapsed() + LOGS_EVERY_MS;
      await logs.read(await this.#options.view.pods(signal), signal);
    }
    if (this.#clock.elapsed() >= this.#eventsDueMs) {
      this.#eventsDueMs = this.#clock.elapsed() + EVENTS_EVERY_MS;
      await events.read(signal);
    }
  }
}
