import { Agent, type Dispatcher } from "undici";
import { SERIES } from "../../model/observation/series.ts";
import type { ObservedPlace } from "../../model/observation/observe-task.ts";
import { exchange, splitUrl } from "../../tools/exchange.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { FigureSource, Findings, Reading } from "../source.ts";
import { CODERD_RULES } from "./coderd-rules.ts";
import { MetricReader } from "./metric-reader.ts";
import type { MetricRule } from "./metric-rule.ts";
import { NODE_RULES } from "./node-rules.ts";
import { withoutUserinfo } from "./without-userinfo.ts";

type MetricsPlace = Extract<ObservedPlace, { kind: "metrics" }>;

/** The sampler's own limit is shorter for short intervals. */
const TIMEOUT_MS = 10_000;

const RULES: Readonly<Record<MetricsPlace["role"], readonly MetricRule[]>> = {
  coderd: CODERD_RULES,
  node: NODE_RULES,
};

/** Reads an endpoint of metrics in Prometheus' text format. */
export function metricsSource(place: MetricsPlace, clock: Pick<Clock, "elapsed">): FigureSource {
  return new MetricsSource(place, clock);
}

class MetricsSource implements FigureSource {
  readonly what: string;
  readonly #place: MetricsPlace;
  readonly #clock: Pick<Clock, "elapsed">;
  readonly #rules: readonly MetricRule[];
  readonly #reader: MetricReader;
  readonly #dispatcher: Dispatcher;

  constructor(place: MetricsPlace, clock: Pick<Clock, "elapsed">) {
    this.what = `metrics of ${place.of}`;
    this.#place = place;
    this.#clock = clock;
    this.#rules = RULES[place.role];
    this.#reader = new MetricReader(place.of, this.#rules);
    this.#dispatcher = new Agent({
      connections: 1,
      ...(place.caPem === undefined ? {} : { connect: { ca: place.caPem } }),
    });
  }

  async read(signal: AbortSignal): Promise<Reading> {
    const bytes = await this.#ask(signal);
    const { samples, problems } = this.#reader.read(bytes.toString("utf8"), this.#clock.elapsed() / 1_000);
    return {
      samples,
      questions: 1,
      bytes: bytes.length,
      unseen: problems.map((why) => ({ what: `some ${this.what}`, why })),
    };
  }

  /** The server's pub/sub, and figures that it never had, with what it needs to have them. */
  findings(): Promise<Findings> {
    // Without one answer, the failed readings say why.
    if (!this.#reader.hasRead) return Promise.resolve({});
    const lacking = new Map<string, string[]>();
    for (const { series, without } of this.#rules) {
      if (without === undefined || this.#reader.served.has(series)) continue;
      lacking.set(without, [...(lacking.get(without) ?? []), SERIES[series].words]);
    }
    const unseen = [...lacking].map(([why, words]) => ({
      what: `${this.#place.of}: ${[...new Set(words)].join("; ")}`,
      why,
    }));
    const { pubsub } = this.#reader;
    return Promise.resolve({ unseen, ...(pubsub.length === 0 ? {} : { pubsub: [...pubsub] }) });
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #ask(signal: AbortSignal): Promise<Buffer> {
    const { url, headers } = withoutUserinfo(this.#place.url);
    const answer = await exchange({
      method: "GET",
      ...splitUrl(url),
      headers: { accept: "text/plain; version=0.0.4", ...headers, ...this.#place.headers },
      signal,
      timeoutMs: TIMEOUT_MS,
      dispatcher: this.#dispatcher,
    });
    if (answer.status !== 200) throw new Error(`the server answered with status ${answer.status}`);
    return answer.bytes;
  }
}
