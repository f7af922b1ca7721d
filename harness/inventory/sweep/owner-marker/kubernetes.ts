import { z } from "zod";
import type { CallKubernetes } from "../../../kubernetes/api.ts";
import { shellWord } from "../../../tools/shell-word.ts";
import { ALLOWED, MARKER, type OwnerMarker } from "./owner-marker.ts";

/** The namespace by which a cluster's owner allows refbench. Preflight also tries its pods there, without making them. */
export const MARKER_NAMESPACE = MARKER;

const namespace = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).optional() }),
});

/** `kubectl` with the flags that name a cluster. */
export function kubectlFor({
  kubeconfig,
  context,
}: {
  readonly kubeconfig: string;
  readonly context: string;
}): string {
  return `kubectl --kubeconfig ${shellWord(kubeconfig)} --context ${shellWord(context)}`;
}

/**
 * Checks for the namespace `refbench` with the label `refbench=allowed`. Whoever may make namespaces and label them may
 * speak for a cluster; a tenant of one namespace may not. `context` is for the commands of a refusal.
 */
export function kubernetesOwnerMarker(
  call: CallKubernetes,
  place: { readonly kubeconfig: string; readonly context: string },
): OwnerMarker {
  const { context } = place;
  const kubectl = kubectlFor(place);
  const make = `${kubectl} create namespace ${MARKER_NAMESPACE}`;
  const label = `${kubectl} label namespace ${MARKER_NAMESPACE} ${MARKER}=${ALLOWED}`;
  return async (signal) => {
    const answer = await call("GET", `/api/v1/namespaces/${MARKER_NAMESPACE}`, signal);
    const refuse = (what: string, next: string): Awaited<ReturnType<OwnerMarker>> => ({
      state: "refused",
      reason: `the cluster of context ${context} has ${what}: if refbench may create and remove resources there, the cluster's owner runs "${next}"`,
    });
    if (answer.state === "gone")
      return refuse(`no namespace ${MARKER_NAMESPACE} labelled ${MARKER}=${ALLOWED}`, `${make} && ${label}`);
    const found = answer.state === "ok" ? namespace.safeParse(answer.body).data : undefined;
    if (found === undefined) {
      const why = answer.state === "ok" ? "the answer is not a namespace" : answer.reason;
      return {
        state: "refused",
        reason: `cannot read the owner's marker, namespace ${MARKER_NAMESPACE} of context ${context}: ${why}`,
      };
    }
    const value = found.metadata.labels?.[MARKER];
    if (value === ALLOWED) return { state: "allowed" };
    const has = value === undefined ? `no label ${MARKER}` : `the label ${MARKER}=${value}`;
    const next = value === undefined ? label : `${label} --overwrite`;
    return refuse(`a namespace ${MARKER_NAMESPACE} with ${has}, expected ${MARKER}=${ALLOWED}`, next);
  };
}
