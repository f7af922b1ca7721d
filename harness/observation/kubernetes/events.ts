import { z } from "zod";
import { messageOf } from "../../tools/error.ts";
import { scrub, maskChanging } from "../logs/scrub.ts";
import type { Observation, Unseen } from "../../model/observation/observation.ts";
import type { Asking } from "./ask.ts";
import type { ClusterTime } from "./cluster-time.ts";
import type { ObservedCluster } from "./cluster-source.ts";

type ObservedEvent = NonNullable<Observation["events"]>[number];

const MOST_KINDS = 100;
const MOST_CHARACTERS = 300;
const MOST_EVENTS = 2_000;
const TIMEOUT_MS = 20_000;
const LIST_EVENTS = { verb: "list", resource: "events" } as const;

/** Events that say nothing is wrong, and still explain time: pulls, and what the scheduler or autoscaler did. */
const EXPLAINING =
  /^(TriggeredScaleUp|NotTriggerScaleUp|Preempted|Preempting|TaintManagerEviction|NodeNotReady)$/;

const event = z.object({
  metadata: z.object({ uid: z.string() }),
  involvedObject: z.object({ kind: z.string().default(""), name: z.string().default("") }),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  type: z.string().nullish(),
  count: z.number().int().nullish(),
  firstTimestamp: z.string().nullish(),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  series: z.object({ count: z.number().int(), lastObservedTime: z.string() }).nullish(),
});
const ended = z.object({
  reason: z.string().nullish(),
  exitCode: z.number().int().nullish(),
  finishedAt: z.string().nullish(),
});
const pod = z.object({
  metadata: z.object({ name: z.string(), uid: z.string() }),
  status: z.object({
    reason: z.string().nullish(),
    message: z.string().nullish(),
    containerStatuses: z
      .array(
        z.object({
          name: z.string(),
          state: z.object({ terminated: ended.nullish() }).nullish(),
          lastState: z.object({ terminated: ended.nullish() }).nullish(),
        }),
      )
      .nullish(),
  }),
});
const list = z.object({ items: z.array(z.unknown()).nullable() });

/** What the events of a namespace are called after: Coder's pods by name, others by what they are. */
interface Place {
  readonly namespace: string;
  /** Absent for Coder's own namespace. */
  readonly role?: string;
}

/** Warnings of Kubernetes about Coder's and the load's pods and about nodes, and deaths of containers. */
export class ClusterEvents {
  readonly #asking: Asking;
  readonly #time: ClusterTime;
  readonly #places: readonly Place[];
  /** How often each event was counted before the load. */
  readonly #before = new Map<string, number>();
  /** The newest state of each thing that happened. */
  readonly #seen = new Map<string, ObservedEvent>();
  readonly #unseen = new Map<string, Unseen>();
  #isFirst = true;

  constructor(asking: Asking, time: ClusterTime, { coder, workspaces, load }: ObservedCluster["namespaces"]) {
    this.#asking = asking;
    this.#time = time;
    this.#places = [
      { namespace: coder },
      ...(workspaces === undefined || workspaces === coder
        ? []
        : [{ namespace: workspaces, role: "workspaces" }]),
      ...(load === undefined ? [] : [{ namespace: load, role: "generator" }]),
    ];
  }

  /** Reads what happened. The first call only notes what was there before. */
  async read(signal: AbortSignal): Promise<void> {
    for (const place of this.#places) {
      await this.#readEvents(
        `/api/v1/namespaces/${encodeURIComponent(place.namespace)}/events?`,
        place,
        signal,
      );
      if (!this.#isFirst) await this.#readPods(place, signal);
    }
    // Events of nodes are in this namespace, whose other events are of other tenants.
    await this.#readEvents(
      `/api/v1/namespaces/default/events?fieldSelector=${encodeURIComponent("involvedObject.kind=Node")}&`,
      undefined,
      signal,
    );
    this.#isFirst = false;
  }

  /** By kind, the first ones first. */
  found(): { readonly events: readonly ObservedEvent[]; readonly unseen: readonly Unseen[] } {
    const kinds = new Map<string, ObservedEvent>();
    for (const each of [...this.#seen.values()].sort((one, other) => one.firstAtMs - other.firstAtMs)) {
      const key = `${each.reason} ${each.object} ${maskChanging(each.message)}`;
      const known = kinds.get(key);
      kinds.set(key, known === undefined ? each : joined(known, each));
    }
    const events = [...kinds.values()];
    const unseen = [...this.#unseen.values()];
    if (events.length <= MOST_KINDS) return { events, unseen };
    const why = `${events.length - MOST_KINDS} more kinds than are kept`;
    return {
      events: events.slice(0, MOST_KINDS),
      unseen: [...unseen, { what: "events of Kubernetes", why }],
    };
  }

  async #readEvents(path: string, place: Place | undefined, signal: AbortSignal): Promise<void> {
    for (const each of await this.#list(`${path}limit=${MOST_EVENTS}`, LIST_EVENTS, event, signal)) {
      const { uid } = each.metadata;
      const count = each.series?.count ?? each.count ?? 1;
      if (this.#isFirst) {
        this.#before.set(uid, count);
        continue;
      }
      const grown = count - (this.#before.get(uid) ?? 0);
      const lastAtMs = this.#time.since(
        each.series?.lastObservedTime ?? each.lastTimestamp ?? each.eventTime ?? "",
      );
      if (grown <= 0 || lastAtMs === undefined || !isKept(each)) continue;
      const firstAtMs = this.#time.since(each.firstTimestamp ?? each.eventTime ?? "") ?? lastAtMs;
      this.#seen.set(uid, {
        reason: (each.reason ?? "").slice(0, MOST_CHARACTERS),
        object: objectName(each.involvedObject, place),
        // A node's message can name a process of another tenant.
        message: place === undefined ? "" : words(each.message),
        count: grown,
        firstAtMs: atLeast0(firstAtMs),
        lastAtMs: atLeast0(lastAtMs),
      });
    }
  }

  /** Kubernetes has no event for a container that the kernel killed, nor for one that ended by itself. */
  async #readPods(place: Place, signal: AbortSignal): Promise<void> {
    const path = `/api/v1/namespaces/${encodeURIComponent(place.namespace)}/pods?limit=500&resourceVersion=0`;
    for (const { metadata, status } of await this.#list(
      path,
      { verb: "list", resource: "pods" },
      pod,
      signal,
    )) {
      for (const { name, state, lastState } of status.containerStatuses ?? [])
        for (const end of [state?.terminated, lastState?.terminated]) {
          const atMs = this.#time.since(end?.finishedAt ?? "");
          if (end === undefined || end === null || atMs === undefined || atMs < 0 || end.exitCode === 0)
            continue;
          this.#seen.set(`${metadata.uid} ${name} ${end.finishedAt ?? ""}`, {
            reason: end.reason ?? "Error",
            object: objectName({ kind: "Pod", name: metadata.name }, place),
            message: `container ${name} ended with exit code ${end.exitCode ?? "unknown"}`,
            ...{ count: 1, firstAtMs: Math.round(atMs), lastAtMs: Math.round(atMs) },
          });
        }
    }
  }

  async #list<T>(
    path: string,
    right: Parameters<Asking["json"]>[1],
    item: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<readonly T[]> {
    try {
      const parsed = list.safeParse(await this.#asking.json(path, right, signal, TIMEOUT_MS));
      if (!parsed.success) throw new Error("the answer is not a list");
      return (parsed.data.items ?? []).flatMap((each) => {
        const one = item.safeParse(each);
        return one.success ? [one.data] : [];
      });
    } catch (error) {
      const why = messageOf(error);
      this.#unseen.set(why, { what: "events of Kubernetes", why });
      // Nobody takes this for "nothing happened": the reason is listed.
      return [];
    }
  }
}

function isKept({ type, reason, message }: z.infer<typeof event>): boolean {
  if (type === "Warning" || EXPLAINING.test(reason ?? "")) return true;
  // Not "already present on machine".
  return reason === "Pulled" && /^Successfully pulled/.test(message ?? "");
}

function objectName(
  { kind, name }: { readonly kind: string; readonly name: string },
  place: Place | undefined,
): string {
  return place?.role === undefined ? `${kind}/${name}` : `${kind} of ${place.role}`;
}

function words(message: string | null | undefined): string {
  // Older schedulers name the pod of another tenant that preempted one.
  return scrub((message ?? "").replace(/\bby [\w.-]+\/[\w.-]+/g, "by another pod")).slice(0, MOST_CHARACTERS);
}

function joined(one: ObservedEvent, other: ObservedEvent): ObservedEvent {
  return {
    ...one,
    count: one.count + other.count,
    firstAtMs: Math.min(one.firstAtMs, other.firstAtMs),
    lastAtMs: Math.max(one.lastAtMs, other.lastAtMs),
  };
}

function atLeast0(value: number): number {
  return Math.max(0, Math.round(value));
}
