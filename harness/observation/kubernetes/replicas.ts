import { messageOf } from "../../tools/error.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { inTurns } from "../../tools/time/in-turns.ts";
import { SERIES, type SeriesName } from "../../model/observation/series.ts";
import type { ObservedPubsub, Unseen } from "../../model/observation/observation.ts";
import { CODERD_RULES } from "../metrics/coderd-rules.ts";
import { MetricReader } from "../metrics/metric-reader.ts";
import type { Sample } from "../source.ts";
import type { Asking } from "./ask.ts";
import type { ObservedPod } from "./pods.ts";

/** Replicas beyond these are not read; Coder publishes no deployment with more than ten. */
const MOST_REPLICAS = 20;
const AT_ONCE = 4;
const PROXY = { verb: "get", resource: "pods/proxy" } as const;

/** Metrics of each replica of coderd, read through the API server's proxy. Replicas may come and go. */
export class Replicas {
  readonly #asking: Asking;
  readonly #clock: Pick<Clock, "elapsed">;
  /** By replica. */
  readonly #readers = new Map<string, MetricReader>();
  /** Series for which any replica had a value. */
  readonly #served = new Set<SeriesName>();
  readonly #pubsubs = new Map<string, ObservedPubsub>();

  constructor(asking: Asking, clock: Pick<Clock, "elapsed">) {
    this.#asking = asking;
    this.#clock = clock;
  }

  async read(
    pods: readonly ObservedPod[],
    unseen: Unseen[],
    signal: AbortSignal,
  ): Promise<readonly Sample[]> {
    const replicas = pods.filter(({ role, isRunning }) => role === "coderd" && isRunning);
    if (replicas.length === 0)
      unseen.push({ what: "metrics of coderd", why: "no pod of Coder runs in its namespace" });
    for (const name of this.#readers.keys())
      if (!replicas.some((each) => each.name === name)) this.#readers.delete(name);
    const samples = await inTurns(replicas.slice(0, MOST_REPLICAS), AT_ONCE, (pod) =>
      this.#readOne(pod, unseen, signal).catch((error: unknown) => {
        unseen.push({ what: `metrics of ${pod.name}`, why: messageOf(error) });
        return [];
      }),
    );
    return samples.flat();
  }

  async #readOne(
    { namespace, name, metricsPort }: ObservedPod,
    unseen: Unseen[],
    signal: AbortSignal,
  ): Promise<readonly Sample[]> {
    if (metricsPort === undefined)
      throw new Error(
        "they are off or for the pod itself only: set CODER_PROMETHEUS_ENABLE=true and CODER_PROMETHEUS_ADDRESS=0.0.0.0:2112",
      );
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}:${metricsPort}/proxy/metrics`;
    const bytes = await this.#asking.read(path, PROXY, { signal, accept: "text/plain; version=0.0.4" });
    const reader = this.#readers.get(name) ?? new MetricReader(name, CODERD_RULES);
    const { samples, problems } = reader.read(bytes.toString(), this.#clock.elapsed() / 1_000);
    this.#readers.set(name, reader);
    for (const series of reader.served) this.#served.add(series);
    for (const each of reader.pubsub) this.#pubsubs.set(`${each.of} ${each.kind}`, each);
    unseen.push(...problems.map((why) => ({ what: `some metrics of ${name}`, why })));
    return samples;
  }

  /** The pub/sub of each replica that showed it, those that are gone included. */
  get pubsub(): readonly ObservedPubsub[] {
    return [...this.#pubsubs.values()];
  }

  /** Figures that no replica ever had, with what they need. */
  unseen(): readonly Unseen[] {
    // Without one answer, the failed readings say why.
    if (this.#served.size === 0) return [];
    return CODERD_RULES.flatMap((rule) =>
      rule.without === undefined || this.#served.has(rule.series)
        ? []
        : [{ what: `${SERIES[rule.series].words} of coderd`, why: rule.without }],
    );
  }
}
