import type { InventoryItem, RemoveOutcome } from "../../model/ports/inventory.ts";
import { refuseRemoval } from "../../model/cloud/run-mark.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";
import type { CallKubernetes, KubernetesAnswer } from "../../kubernetes/api.ts";
import { KUBERNETES_KINDS, kubernetesObject } from "./kinds.ts";

/** How long a delete waits for the object's controllers. A stuck object is retried in the next pass. */
const GONE_WITHIN_MS = 60_000;
const POLL_MS = 2_000;
/**
 * Conditions of a namespace that explain what still keeps it.
 * https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/controller/namespace/deletion/status_condition_utils.go
 */
const KEEPING = [
  "NamespaceContentRemaining",
  "NamespaceFinalizersRemaining",
  "NamespaceDeletionDiscoveryFailure",
  "NamespaceDeletionGroupVersionParsingFailure",
  "NamespaceDeletionContentFailure",
];

/**
 * Deletes an object and waits until its controllers release it, which proves that its cloud resources are gone. Does
 * not wait for an object that was already being deleted, such as a claim in a deleted namespace.
 */
export async function removeObject(
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
  const before = await call("GET", item.id, signal);
  // A refused read says nothing about the delete, which is tried all the same.
  const wasLeaving = before.state === "ok" && isLeaving(before.body);
  const deleted = await call("DELETE", item.id, signal);
  if (deleted.state !== "ok") return refused(deleted);
  return awaitGone(call, { clock, path: item.id, wasLeaving, explain: explainDelay }, signal);
}

/** Waits until an object is gone; if it stays, the outcome says what delays it. */
export async function awaitGone(
  call: CallKubernetes,
  {
    clock,
    path,
    wasLeaving,
    explain,
  }: {
    readonly clock: Clock;
    readonly path: string;
    /** Whether it was being deleted before: then it is looked at once. */
    readonly wasLeaving: boolean;
    readonly explain: (body: unknown) => string;
  },
  signal: AbortSignal,
): Promise<RemoveOutcome> {
  let reason = "";
  const outcome = await waitUntil<RemoveOutcome>(
    async () => {
      const answer = await call("GET", path, signal);
      if (answer.state === "gone") return { state: "removed" };
      if (answer.state !== "ok") return refused(answer);
      reason = explain(answer.body);
      return undefined;
    },
    { clock, everyMs: POLL_MS, forMs: wasLeaving ? 0 : GONE_WITHIN_MS, signal },
  );
  return outcome ?? { state: "in-use", reason };
}

/** The outcome of a removal whose call was refused. */
export function refused(answer: Exclude<KubernetesAnswer, { state: "ok" }>): RemoveOutcome {
  if (answer.state === "gone") return { state: "gone" };
  return { state: answer.state === "expired" ? "failed" : answer.state, reason: answer.reason };
}

function isLeaving(body: unknown): boolean {
  return kubernetesObject.safeParse(body).data?.metadata.deletionTimestamp !== undefined;
}

/** Explains what delays the deletion of an object. */
export function explainDelay(body: unknown): string {
  const object = kubernetesObject.safeParse(body).data;
  const conditions = object?.status?.conditions ?? [];
  const kept = KEEPING.flatMap(
    (type) => conditions.find((one) => one.type === type && one.status === "True")?.message ?? [],
  );
  if (kept.length > 0) return `it is being deleted: ${kept.join("; ")}`;
  const finalizers = object?.metadata.finalizers ?? [];
  return finalizers.length === 0
    ? "it is being deleted, but still exists"
    : `it is being deleted, but ${finalizers.join(", ")} must finish first`;
}
