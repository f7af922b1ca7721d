import { messageOf } from "../../tools/error.ts";
import { CoderLogReader } from "../logs/coder-log.ts";
import { LogKinds } from "../logs/kinds.ts";
import type { Unseen } from "../../model/observation/observation.ts";
import type { Asking } from "./ask.ts";
import type { ClusterTime } from "./cluster-time.ts";
import type { ObservedPod } from "./pods.ts";

const LOG = { verb: "get", resource: "pods/log" } as const;
const TIMEOUT_MS = 20_000;
/** Of one pod at one time, and of all pods in a load. */
const MOST_BYTES_AT_ONCE = 4 * 2 ** 20;
const MOST_BYTES = 64 * 2 ** 20;
/** Pods of a role beyond these are not read: what goes wrong in one of many goes wrong in several. */
const MOST_PODS_OF_ROLE = 20;
/** Lines of a container that has ended: its last ones say why. */
const LAST_LINES = 200;

/** `2026-11-30T20:25:01.123456789Z message`, as kubelets write it. */
const STAMPED = /^(\d{4}-\d\d-\d\dT\S+) (.*)$/s;

/** Reads warnings and errors of coderd and the provisioners from the logs of their pods. */
export class PodLogs {
  readonly #asking: Asking;
  readonly #time: ClusterTime;
  readonly #kinds = new LogKinds();
  readonly #readers = new Map<string, { stamp: string; readonly reader: CoderLogReader; atMs: number }>();
  readonly #unseen = new Map<string, Unseen>();
  #bytes = 0;

  constructor(asking: Asking, time: ClusterTime) {
    this.#asking = asking;
    this.#time = time;
  }

  /** Reads what was logged since the last call. */
  async read(pods: readonly ObservedPod[], signal: AbortSignal): Promise<void> {
    const withLog = pods.filter(({ containerId }) => containerId !== undefined);
    for (const role of ["coderd", "provisioner"] as const)
      for (const pod of withLog.filter((each) => each.role === role).slice(0, MOST_PODS_OF_ROLE))
        await this.#readPod(pod, signal);
  }

  /** Reads what ended containers logged last. Called once, at the end. */
  async readEnded(pods: readonly ObservedPod[], signal: AbortSignal): Promise<void> {
    for (const pod of pods) {
      if ((pod.role !== "coderd" && pod.role !== "provisioner") || pod.restarts === 0) continue;
      const query = `previous=true&tailLines=${LAST_LINES}&sinceTime=${encodeURIComponent(this.#time.startStamp)}`;
      const text = await this.#ask(pod, query, signal);
      const entry = this.#entry(`${pod.name} before`, pod.role);
      for (const line of (text ?? "").split("\n")) this.#take(entry, line);
      entry.reader.end();
    }
  }

  found(): { readonly logs: ReturnType<LogKinds["list"]>; readonly unseen: readonly Unseen[] } {
    for (const { reader } of this.#readers.values()) reader.end();
    const { beyond } = this.#kinds;
    return {
      logs: this.#kinds.list(),
      unseen: [
        ...this.#unseen.values(),
        ...(beyond === 0 ? [] : [{ what: "logs", why: `${beyond} lines are of more kinds than are kept` }]),
      ],
    };
  }

  async #readPod(pod: ObservedPod, signal: AbortSignal): Promise<void> {
    const entry = this.#entry(pod.name, pod.role);
    const text = await this.#ask(pod, `sinceTime=${encodeURIComponent(entry.stamp)}`, signal);
    for (const line of (text ?? "").split("\n")) this.#take(entry, line);
    if (text !== undefined && text.length >= MOST_BYTES_AT_ONCE)
      this.#miss(pod.role, `more than ${MOST_BYTES_AT_ONCE / 2 ** 20} MiB were logged between two readings`);
  }

  async #ask(pod: ObservedPod, query: string, signal: AbortSignal): Promise<string | undefined> {
    if (this.#bytes >= MOST_BYTES) {
      this.#miss(pod.role, `only the first ${MOST_BYTES / 2 ** 20} MiB are read`);
      return undefined;
    }
    const path = `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}/log`;
    const bounds = `container=${encodeURIComponent(pod.container)}&timestamps=true&limitBytes=${MOST_BYTES_AT_ONCE}`;
    try {
      const bytes = await this.#asking.read(`${path}?${bounds}&${query}`, LOG, {
        ...{ signal, timeoutMs: TIMEOUT_MS, maxBytes: 2 * MOST_BYTES_AT_ONCE },
        accept: "*/*",
      });
      this.#bytes += bytes.length;
      return bytes.toString();
    } catch (error) {
      this.#miss(pod.role, messageOf(error));
      return undefined;
    }
  }

  #entry(key: string, role: ObservedPod["role"]) {
    const known = this.#readers.get(key);
    if (known !== undefined) return known;
    const reader = new CoderLogReader(({ level, message }) =>
      this.#kinds.add({ of: role, level, message, atMs: entry.atMs }),
    );
    const entry = { stamp: this.#time.startStamp, reader, atMs: 0 };
    this.#readers.set(key, entry);
    return entry;
  }

  #take(entry: { stamp: string; readonly reader: CoderLogReader; atMs: number }, line: string): void {
    const [, stamp = "", text = ""] = STAMPED.exec(line) ?? [];
    const atMs = this.#time.since(stamp);
    // `sinceTime` counts in seconds, so the last lines come again.
    if (atMs === undefined || atMs < 0 || stamp <= entry.stamp) return;
    entry.stamp = stamp;
    // A line that continues has the time of its first one.
    if (!/^\s/.test(text)) {
      entry.reader.end();
      entry.atMs = atMs;
    }
    entry.reader.line(text);
  }

  #miss(role: ObservedPod["role"], why: string): void {
    this.#unseen.set(`${role} ${why}`, { what: `logs of ${role}`, why });
  }
}
