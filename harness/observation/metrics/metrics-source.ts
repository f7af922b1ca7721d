import { Agent, type Dispatcher } from "undici";
import { SERIES, type SeriesName } from "../../model/observation/series.ts";
import type { ObservedPlace } from "../../model/observation/observe-task.ts";
import { exchange, splitUrl } from "../../tools/exchange.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { FigureSource, Findings, Reading } from "../source.ts";
import { between, type Read } from "./between.ts";
import { CODERD_RULES } from "./coderd-rules.ts";
import { gather } from "./gather.ts";
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
  readonly #dispatcher: Dispatcher;
  /** Series for which there was a value at any time. */
  readonly #served = new Set<SeriesName>();
  #before: Read | undefined;

  constructor(place: MetricsPlace, clock: Pick<Clock, "elapsed">) {
    this.what = `metrics of ${place.of}`;
    this.#place = place;
    this.#clock = clock;
    this.#rules = RULES[place.role];
    this.#dispatcher = new Agent({
      connections: 1,
      ...(place.caPem === undefined ? {} : { connect: { ca: place.caPem } }),
    });
  }

  async read(signal: AbortSignal): Promise<Reading> {
    const bytes = await this.#ask(signal);
    const gathered = gather(bytes.toString("utf8"), this.#rules);
    const { values, broken, cut } = gathered.text;
    if (values === 0) throw new Error("the answer is not in Prometheus' text format");
    const now: Read = { atSeconds: this.#clock.elapsed() / 1_000, gathered };
    const samples = between(this.#place.of, this.#rules, this.#before, now);
    this.#before = now;
    for (const rule of [...gathered.numbers.keys(), ...gathered.buckets.keys()])
      this.#served.add(rule.series);
    const lacking = (why: string) => ({ what: `some ${this.what}`, why });
    return {
      samples,
      questions: 1,
      bytes: bytes.length,
      unseen: [
        ...(broken > 0 ? [lacking("lines are not in Prometheus' text format")] : []),
        ...(gathered.impossible > 0 ? [lacking("counters are negative, or figures are not numbers")] : []),
        ...(cut ? [lacking("there are more lines than are read")] : []),
      ],
    };
  }

  /** Figures that the server never had, with what it needs to have them. */
  findings(): Promise<Findings> {
    // Without one answer, the failed readings say why.
    if (this.#before === undefined) return Promise.resolve({});
    const lacking = new Map<string, string[]>();
    for (const { series, without } of this.#rules) {
      if (without === undefined || this.#served.has(series)) continue;
      lacking.set(without, [...(lacking.get(without) ?? []), SERIES[series].words]);
    }
    const unseen = [...lacking].map(([why, words]) => ({
      what: `${this.#place.of}: ${[...new Set(words)].join("; ")}`,
      why,
    }));
    return Promise.resolve({ unseen });
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
