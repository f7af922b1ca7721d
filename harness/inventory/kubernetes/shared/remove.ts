import { findNamedRun, refuseRemoval } from "../../../model/cloud/run-mark.ts";
import type { InventoryItem, RemoveOutcome } from "../../../model/ports/inventory.ts";
import { seenIn } from "../../../model/ports/listing.ts";
import { run12 } from "../../../model/run-id.ts";
import type { Clock } from "../../../tools/time/clock.ts";
import { kubernetesObject, type KubernetesObject } from "../kinds.ts";
import { awaitGone, explainDelay, refused } from "../remove.ts";
import { type ClusterCalls, listContents } from "./list-run.ts";
import { describeForeign, markElsewhere, markNamespace, markVolume, roleOf } from "./ownership.ts";

/**
 * Removes an item of a run from a cluster that also others use, and waits until it is gone. The object is read and
 * judged again first, and deleted only if it is still the one that was read: its name may be somebody else's by now.
 */
export async function removeFromSharedCluster(
  calls: ClusterCalls,
  clock: Clock,
  item: InventoryItem,
  signal: AbortSignal,
): Promise<RemoveOutcome> {
  const refusal = refuseRemoval(item);
  if (refusal !== undefined) return { state: "denied", reason: refusal };
  const before = await calls.call("GET", item.id, signal);
  if (before.state !== "ok") return refused(before);
  const parsed = kubernetesObject.safeParse(before.body);
  if (!parsed.success) return { state: "failed", reason: `${item.id}: the answer is not an object` };
  const object = parsed.data;
  const wasLeaving = object.metadata.deletionTimestamp !== undefined;
  const doubt = await findDoubt(calls, item, object, signal);
  if (doubt !== undefined) return { state: "denied", reason: doubt };
  const asked = await askToGo(calls, item, object, signal);
  if (asked !== undefined) return asked;
  const explain = (body: unknown): string => explainVolume(body) ?? explainDelay(body);
  return awaitGone(calls.call, { clock, path: item.id, wasLeaving, explain }, signal);
}

/** Deletes an object, or has a volume's provisioner delete it. Returns the outcome if that failed or nothing is left. */
async function askToGo(
  { call }: ClusterCalls,
  item: InventoryItem,
  object: KubernetesObject,
  signal: AbortSignal,
): Promise<RemoveOutcome | undefined> {
  const { uid } = object.metadata;
  if (isProvisioned(object)) {
    if (object.spec?.persistentVolumeReclaimPolicy === "Delete") return undefined;
    // Deleting the object alone would leave its disk behind, which nothing would name any more.
    const policy = { metadata: { uid }, spec: { persistentVolumeReclaimPolicy: "Delete" } };
    const patched = await call("PATCH", item.id, signal, policy);
    return patched.state === "ok" ? undefined : refused(patched);
  }
  const deleted = await call("DELETE", item.id, signal, {
    apiVersion: "v1",
    kind: "DeleteOptions",
    // A Job's pods are kept by default.
    propagationPolicy: "Background",
    ...(uid === undefined ? {} : { preconditions: { uid } }),
  });
  return deleted.state === "ok" ? undefined : refused(deleted);
}

/** Why an object may not be removed any more; undefined if it is still certainly the run's. */
async function findDoubt(
  calls: ClusterCalls,
  item: InventoryItem,
  object: KubernetesObject,
  signal: AbortSignal,
): Promise<string | undefined> {
  const run = runOf(item);
  const notOwn = "it is not certainly the run's any more: list again";
  if (run === undefined) return notOwn;
  const [resource = "", namespace] = [item.id.split("/").at(-2), object.metadata.namespace];
  if (resource === "namespaces") {
    const mark = markNamespace(object);
    if (mark?.run !== run || mark.doubt !== undefined) return mark?.doubt?.reason ?? notOwn;
    if (object.metadata.deletionTimestamp !== undefined) return undefined;
    const contents = await listContents(calls, object.metadata.name, signal);
    if (contents.state === "failed") return `what it holds is not known: ${contents.reason}`;
    return describeForeign(seenIn(contents), run);
  }
  if (resource === "persistentvolumes") {
    const mark = markVolume(object, undefined);
    return mark?.run === run && mark.doubt === undefined ? undefined : (mark?.doubt?.reason ?? notOwn);
  }
  if (namespace !== undefined && findNamedRun(namespace) === run)
    return roleOf(object, { resource }, run) === "own" ? undefined : notOwn;
  const mark = markElsewhere(object);
  return mark?.run === run && mark.doubt === undefined ? undefined : (mark?.doubt?.reason ?? notOwn);
}

function runOf({ runId, location, name }: InventoryItem): string | undefined {
  if (runId !== undefined) return run12(runId);
  return findNamedRun(location ?? "") ?? findNamedRun(name);
}

/** Whether a provisioner made a volume, and deletes its storage with it. */
function isProvisioned({ metadata, spec }: KubernetesObject): boolean {
  return spec?.claimRef !== undefined && provisionerOf(metadata) !== undefined;
}

function provisionerOf({ annotations = {} }: KubernetesObject["metadata"]): string | undefined {
  return annotations["pv.kubernetes.io/provisioned-by"];
}

function explainVolume(body: unknown): string | undefined {
  const object = kubernetesObject.safeParse(body).data;
  if (object === undefined || !isProvisioned(object)) return undefined;
  const { phase = "unknown", message } = object.status ?? {};
  const why = message === undefined ? "" : `: ${message}`;
  return `its provisioner ${provisionerOf(object.metadata) ?? ""} has not deleted its storage yet (its phase is ${phase}${why})`;
}
