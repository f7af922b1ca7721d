import { messageOf } from "../../tools/error.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { inTurns } from "../../tools/time/in-turns.ts";
import type { Unseen } from "../../model/observation/observation.ts";
import { type MetricValue, readText } from "../metrics/read-text.ts";
import type { Asking } from "./ask.ts";
import type { ObservedPod } from "./pods.ts";

/** A node with many pods has megabytes of metrics: it is read less often, so that it sends no more than this on average. */
const MOST_BYTES_PER_SECOND = 200_000;
/** Kubelets read cgroups every 10 to 15 s. A counter that is unchanged for longer than this does not grow. */
const STANDS_STILL_AFTER_MS = 20_000;
/** Asking more often than a kubelet reads cgroups is useless. */
const EVERY_MS = 9_000;
const AT_ONCE = 2;
const KUBELET = { verb: "get", resource: "nodes/proxy" } as const;

const PERIODS = "container_cpu_cfs_periods_total";
const THROTTLED = "container_cpu_cfs_throttled_periods_total";
const RECEIVED = "container_network_receive_bytes_total";
const SENT = "container_network_transmit_bytes_total";
const WANTED: ReadonlySet<string> = new Set([PERIODS, THROTTLED, RECEIVED, SENT]);
/** Network cards. Bridges and the ends of pods' cables would count the same bytes again. */
const CARD = /^(eth\d+|en[opsx]\w+|em\d+|ib\w+)$/;

/** Counters that a kubelet read at one time. */
interface Counters {
  readonly values: readonly [number, number];
  readonly atMs: number;
  /** Growth of each in a second. */
  rates?: readonly [number, number];
}

/**
 * Throttling of containers and traffic of nodes, from the metrics of cAdvisor that kubelets serve.
 * https://kubernetes.io/docs/reference/instrumentation/node-metrics/
 */
export class Cadvisor {
  readonly #asking: Asking;
  readonly #clock: Pick<Clock, "elapsed">;
  readonly #dueMs = new Map<string, number>();
  /** By pod or node. */
  readonly #known = new Map<string, Counters>();

  constructor(asking: Asking, clock: Pick<Clock, "elapsed">) {
    this.#asking = asking;
    this.#clock = clock;
  }

  /** Reads the nodes that have these pods. */
  async read(pods: readonly ObservedPod[], unseen: Unseen[], signal: AbortSignal): Promise<void> {
    const nodes = new Set(pods.flatMap(({ node }) => (node === undefined ? [] : [node])));
    const due = [...nodes].filter((node) => this.#clock.elapsed() >= (this.#dueMs.get(node) ?? 0));
    await inTurns(due, AT_ONCE, async (node) => {
      try {
        const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/metrics/cadvisor`;
        const bytes = await this.#asking.read(path, KUBELET, { signal, accept: "text/plain; version=0.0.4" });
        const pauseMs = Math.max(EVERY_MS, (1_000 * bytes.length) / MOST_BYTES_PER_SECOND);
        this.#dueMs.set(node, this.#clock.elapsed() + pauseMs);
        this.#take(
          bytes.toString(),
          node,
          pods.filter((pod) => pod.node === node),
        );
      } catch (error) {
        unseen.push({ what: `throttling and traffic on node ${node}`, why: messageOf(error) });
      }
    });
  }

  /** The share of the scheduler's periods in which the container waited for its next one; undefined without a limit. */
  throttled({ name, cpuLimit }: ObservedPod): number | undefined {
    if (cpuLimit === undefined) return undefined;
    const [periods = 0, throttled = 0] = this.#known.get(`pod ${name}`)?.rates ?? [];
    if (this.#known.get(`pod ${name}`)?.rates === undefined) return undefined;
    return periods === 0 ? 0 : Math.min(1, throttled / periods);
  }

  /** Bytes that the node's cards received and sent in a second. */
  traffic(node: string): readonly [number, number] | undefined {
    return this.#known.get(`node ${node}`)?.rates;
  }

  #take(text: string, node: string, pods: readonly ObservedPod[]): void {
    const found = new Map<string, [number, number]>();
    const ranks = new Map<string, number>();
    readText(
      text,
      (name) => WANTED.has(name),
      (value) => {
        const index = value.name === PERIODS || value.name === RECEIVED ? 0 : 1;
        if (value.name === RECEIVED || value.name === SENT) {
          if (value.label("id") !== "/" || !CARD.test(value.label("interface") ?? "")) return;
          const both = found.get(`node ${node}`) ?? [0, 0];
          both[index] += value.value;
          found.set(`node ${node}`, both);
          return;
        }
        for (const pod of pods) {
          const rank = rankOf(value, pod);
          const key = `pod ${pod.name}`;
          const best = ranks.get(key) ?? 0;
          if (rank === 0 || rank < best) continue;
          const both: [number, number] = rank > best ? [0, 0] : (found.get(key) ?? [0, 0]);
          both[index] = value.value;
          ranks.set(key, rank);
          found.set(key, both);
        }
      },
    );
    for (const [key, values] of found) this.#keep(key, values);
  }

  #keep(key: string, values: readonly [number, number]): void {
    const atMs = this.#clock.elapsed();
    const before = this.#known.get(key);
    const isSame = before !== undefined && values.every((value, index) => value === before.values[index]);
    if (isSame && atMs - before.atMs < STANDS_STILL_AFTER_MS) return;
    const seconds = before === undefined ? 0 : (atMs - before.atMs) / 1_000;
    const grown = values.map((value, index) => value - (before?.values[index] ?? value));
    const [first = 0, second = 0] = grown.map((each) => each / seconds);
    const isReset = before === undefined || seconds <= 0 || grown.some((each) => each < 0);
    this.#known.set(key, { values, atMs, ...(isReset ? {} : { rates: [first, second] }) });
  }
}

/**
 * How well a value is the container's: 3 by its cgroup, 2 by its labels, 1 for its whole pod. Some container runtimes
 * have no labels for containers.
 */
function rankOf(value: MetricValue, { namespace, name, container, containerId }: ObservedPod): number {
  if (containerId !== undefined && (value.label("id") ?? "").includes(containerId)) return 3;
  if (value.label("pod") !== name || value.label("namespace") !== namespace) return 0;
  const labelled = value.label("container") ?? "";
  if (labelled === container) return 2;
  return labelled === "" ? 1 : 0;
}
