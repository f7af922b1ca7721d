import type { ClusterAccess } from "../../kubernetes/access.ts";
import { type CallKubernetes, kubernetesApi } from "../../kubernetes/api.ts";
import { execInPod, type PodCommand, type PodProcess } from "../../kubernetes/exec.ts";
import type { Clock } from "../../tools/time/clock.ts";

/** The part of a cluster that a Job of workers needs. */
export interface JobCluster {
  /** In words, for messages: the name of its context. */
  readonly name: string;
  readonly call: CallKubernetes;
  /** Throws `PodConnectionError`, or the signal's reason. */
  readonly exec: (command: PodCommand, signal: AbortSignal) => Promise<PodProcess>;
}

/** A real cluster. */
export function jobCluster(name: string, access: ClusterAccess, clock: Clock): JobCluster {
  return {
    name,
    call: kubernetesApi(access, clock),
    exec: (command, signal) => execInPod(access, command, signal),
  };
}
