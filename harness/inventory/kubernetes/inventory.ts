import { z } from "zod";
import type { Clock } from "../../tools/time/clock.ts";
import type {
  Inventory,
  InventoryAnswer,
  InventoryItem,
  RemoveOutcome,
} from "../../model/ports/inventory.ts";
import { findIsoTime } from "../../tools/time/instant.ts";
import { PageWatch } from "../../tools/page-watch.ts";
import { namePrefix, type RunId } from "../../model/run-id.ts";
import { isOfRun, readRunMark, refuseRemoval } from "../../model/cloud/run-mark.ts";
import { type CallKubernetes, type ClusterAccess, type KubernetesAnswer, kubernetesApi } from "./api.ts";
import { KUBERNETES_KINDS, KUBERNETES_KINDS_LISTED, type KubernetesKind, kubernetesObject } from "./kinds.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";

export interface KubernetesInventoryOptions {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  /** Name of the cluster, for the scope. */
  readonly cluster: string;
  /** The run that created the cluster: everything in it belongs to that run. Absent = labels decide. */
  readonly runId?: RunId;
}

const page = z.object({
  kind: z.string().endsWith("List"),
  metadata: z.object({ continue: z.string().optional() }),
  items: z.array(kubernetesObject).nullable(),
});

const PAGE_SIZE = 500;
/** A list with an expired continue token starts again, at most this many times. */
const BEGINNINGS = 3;
/** How long a delete waits for the object's controllers. A stuck object is retried in the next pass. */
const GONE_WITHIN_MS = 60_000;
const POLL_MS = 2_000;

/** Lists and removes objects in a living cluster for which a cloud has created load balancers and disks. */
export function kubernetesInventory(options: KubernetesInventoryOptions): Inventory {
  const call = kubernetesApi(options.access, options.clock);
  return {
    list: (query, signal) => listAll(call, options, query.runId, signal),
    remove: (item, signal) => remove(call, options.clock, item, signal),
  };
}

async function listAll(
  call: CallKubernetes,
  { cluster, runId: clusterRun }: KubernetesInventoryOptions,
  asked: RunId | undefined,
  signal: AbortSignal,
): Promise<InventoryAnswer> {
  const scope = `Kubernetes cluster ${cluster}`;
  const items: InventoryItem[] = [];
  const problems: string[] = [];
  for (const kind of KUBERNETES_KINDS_LISTED) {
    const { found, problem } = await listKind(call, kind, signal);
    if (problem !== undefined) problems.push(`${kind.kind}: ${problem}`);
    items.push(...found);
  }
  const mine = items.flatMap((item): readonly InventoryItem[] => {
    const names = clusterRun === undefined ? [item.name] : [namePrefix(clusterRun)];
    const mark = readRunMark({ names, labels: item.labels });
    if (mark === undefined || !isOfRun(mark, asked)) return [];
    const runId = asked ?? clusterRun ?? mark.runId;
    return [
      {
        ...item,
        ...(runId === undefined ? {} : { runId }),
        ...(mark.doubt === undefined ? {} : { doubtful: mark.doubt.reason }),
      },
    ];
  });
  return problems.length === 0
    ? { state: "complete", scope, kinds: KUBERNETES_KINDS, items: mine }
    : { state: "failed", scope, reason: problems.join("; "), partial: mine };
}

async function listKind(
  call: CallKubernetes,
  kind: KubernetesKind,
  signal: AbortSignal,
): Promise<{ readonly found: readonly InventoryItem[]; readonly problem?: string }> {
  let begun = 1;
  let found: InventoryItem[] = [];
  let pages = new PageWatch();
  for (let next = ""; ;) {
    const query = new URLSearchParams({
      limit: String(PAGE_SIZE),
      ...(next === "" ? {} : { continue: next }),
    });
    const answer = await call("GET", `${kind.api}/${kind.resource}?${query.toString()}`, signal);
    if (answer.state === "expired" && begun < BEGINNINGS) {
      begun += 1;
      next = "";
      found = [];
      pages = new PageWatch();
      continue;
    }
    if (answer.state !== "ok") return { found, problem: `${answer.state}: ${answer.reason}` };
    const parsed = page.safeParse(answer.body);
    if (!parsed.success)
      return { found, problem: `the answer is not a list: ${z.prettifyError(parsed.error)}` };
    found.push(...(parsed.data.items ?? []).filter(kind.counts).map((object) => itemOf(kind, object)));
    const token = parsed.data.metadata.continue ?? "";
    if (token === "") return { found };
    const endless = pages.next(token);
    if (endless !== undefined) return { found, problem: endless };
    next = token;
  }
}

function itemOf(kind: KubernetesKind, { metadata }: z.infer<typeof kubernetesObject>): InventoryItem {
  const { name, namespace, labels, creationTimestamp = "" } = metadata;
  const createdAt = findIsoTime(creationTimestamp);
  const between = namespace === undefined ? "" : `/namespaces/${namespace}`;
  return {
    id: `${kind.api}${between}/${kind.resource}/${name}`,
    kind: kind.kind,
    name,
    labels: labels ?? {},
    ...(namespace === undefined ? {} : { location: namespace }),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
}

/** Deletes an object and waits until its controllers release it, which proves that its cloud resources are gone. */
async function remove(
  call: CallKubernetes,
  clock: Clock,
  item: InventoryItem,
  signal: AbortSignal,
): Promise<RemoveOutcome> {
  const refusal = refuseRemoval(item);
  if (refusal !== undefined) return { state: "denied", reason: refusal };
  if (!KUBERNETES_KINDS.includes(item.kind)) {
    return { state: "denied", reason: `no delete is implemented for ${item.kind}` };
  }
  const deleted = await call("DELETE", item.id, signal);
  if (deleted.state !== "ok") return refused(deleted);
  let reason = "";
  const outcome = await waitUntil<RemoveOutcome>(
    async () => {
      const answer = await call("GET", item.id, signal);
      if (answer.state === "gone") return { state: "removed" };
      if (answer.state !== "ok") return refused(answer);
      reason = held(answer.body);
      return undefined;
    },
    { clock, everyMs: POLL_MS, forMs: GONE_WITHIN_MS, signal },
  );
  return outcome ?? { state: "in-use", reason };
}

function refused(answer: Exclude<KubernetesAnswer, { state: "ok" }>): RemoveOutcome {
  if (answer.state === "gone") return { state: "gone" };
  return { state: answer.state === "expired" ? "failed" : answer.state, reason: answer.reason };
}

/** Explains what delays the deletion of an object. */
function held(body: unknown): string {
  const finalizers = kubernetesObject.safeParse(body).data?.metadata.finalizers ?? [];
  return finalizers.length === 0
    ? "it is being deleted, but still exists"
    : `it is being deleted, but ${finalizers.join(", ")} must finish first`;
}
