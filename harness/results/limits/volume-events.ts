import type { ObservedEvent } from "../../model/observation/observation.ts";

/** What the scheduler says of a node that has room but not the pod's volume. Source: kube-scheduler's volume plugins. */
const OF_A_VOLUME = /persistent volumes?|PersistentVolumeClaims?|volume node affinity|max volume count/i;
/** And what it says of nodes without room, which comes first. */
const OF_ROOM = /insufficient|too many pods|untolerated taint|didn't match pod/i;
/** A claim with WaitForFirstConsumer is bound once its pod is looked at, which takes seconds. Ours: half a minute does not. */
const LONG_MS = 30_000;

/** Whether a pod found no node because of its volume alone. */
export function isOfVolume({ reason, message }: ObservedEvent): boolean {
  return reason === "FailedScheduling" && OF_A_VOLUME.test(message) && !OF_ROOM.test(message);
}

/** Whether a pod waited for its volume for longer than binding takes, or no node may attach another. */
export function isLongWithoutVolume(event: ObservedEvent): boolean {
  const { message, firstAtMs, lastAtMs } = event;
  return isOfVolume(event) && (/max volume count/i.test(message) || lastAtMs - firstAtMs >= LONG_MS);
}
