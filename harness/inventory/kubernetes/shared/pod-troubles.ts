import { z } from "zod";
import type { CallKubernetes } from "../../../kubernetes/api.ts";
import { seenIn } from "../../../model/ports/listing.ts";
import type { PodTrouble, PodTroubles } from "../../../model/ports/pod-trouble.ts";
import { listOf } from "../list-kind.ts";

const waiting = z.object({
  image: z.string(),
  state: z
    .object({
      waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
    })
    .optional(),
});
const pod = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({
    conditions: z
      .array(
        z.object({
          type: z.string(),
          status: z.string(),
          reason: z.string().optional(),
          message: z.string().optional(),
        }),
      )
      .optional(),
    containerStatuses: z.array(waiting).optional(),
    initContainerStatuses: z.array(waiting).optional(),
  }),
});
const event = z.object({
  involvedObject: z.object({ kind: z.string(), name: z.string() }),
  reason: z.string(),
  message: z.string().optional(),
});

/**
 * Reasons of kubelets for a container whose image cannot be had. ContainerCreating is none of them.
 * https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/kubelet/images/types.go
 */
const WITHOUT_IMAGE: ReadonlySet<string> = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "RegistryUnavailable",
  "ImageInspectError",
]);

/** The name that Coder's chart gives its Deployment, whatever the release is called. */
const RELEASED = "coder";

/** Finds why pods in a run's namespaces do not start. The release is in the first of them. */
export function podTroubles(call: CallKubernetes, namespaces: readonly string[]): PodTroubles {
  const [ofRelease = ""] = namespaces;
  const find: PodTroubles["find"] = async (signal) => {
    const found: PodTrouble[] = [];
    for (const namespace of namespaces) {
      const base = `/api/v1/namespaces/${namespace}`;
      const pods = await listOf(call, { path: `${base}/pods` }, { item: pod, signal });
      found.push(...seenIn(pods).flatMap((one) => [...imageTroubles(one), ...placeTroubles(one)]));
      const fieldSelector = "reason=FailedCreate";
      const events = await listOf(call, { path: `${base}/events`, fieldSelector }, { item: event, signal });
      found.push(...seenIn(events).flatMap(refusal));
    }
    return found;
  };
  return {
    find,
    // Helm polls until it is ready, and fails at once when it is gone.
    stopWaiting: async (signal) => {
      await call("DELETE", `/apis/apps/v1/namespaces/${ofRelease}/deployments/${RELEASED}`, signal);
    },
  };
}

function imageTroubles({ metadata: { name }, status }: z.infer<typeof pod>): readonly PodTrouble[] {
  const statuses = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return statuses.flatMap(({ image, state }) => {
    const { reason = "", message = "" } = state?.waiting ?? {};
    if (!WITHOUT_IMAGE.has(reason)) return [];
    const words = `pod ${name} cannot have the image ${image}: ${message === "" ? reason : message}`;
    return [{ key: `image ${image}`, kind: "image" as const, words }];
  });
}

function placeTroubles({ metadata: { name }, status }: z.infer<typeof pod>): readonly PodTrouble[] {
  const found = status.conditions?.find(
    ({ type, status: is, reason }) => type === "PodScheduled" && is === "False" && reason === "Unschedulable",
  );
  if (found === undefined) return [];
  const words = `pod ${name} finds no node: ${found.message ?? "unschedulable"}`;
  return [{ key: `place ${name}`, kind: "unschedulable", words }];
}

/** What a controller could not create, such as a pod that a quota or a policy refuses. */
function refusal({
  involvedObject: { kind, name },
  message = "",
}: z.infer<typeof event>): readonly PodTrouble[] {
  if (!/forbidden|denied|exceeded quota/i.test(message)) return [];
  return [{ key: `create ${kind} ${name}`, kind: "refused", words: `${kind} ${name}: ${message}` }];
}
