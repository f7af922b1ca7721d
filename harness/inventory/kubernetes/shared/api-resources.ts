import { z } from "zod";
import type { CallKubernetes, KubernetesAnswer } from "../../../kubernetes/api.ts";
import type { Listing } from "../../../model/ports/listing.ts";
import { inTurns } from "../../../tools/time/in-turns.ts";

/** A kind of objects that a cluster's API can list and delete. */
export interface ApiResource {
  /** The kind as a Terraform type, such as `kubernetes_config_map_v1`; `<plural>.<group>` for kinds that are not built in. */
  readonly kind: string;
  /** Base of the API group, such as `/apis/apps/v1`. */
  readonly api: string;
  /** Empty for the core group. */
  readonly group: string;
  /** Plural, as in paths. */
  readonly resource: string;
  readonly namespaced: boolean;
}

const groupList = z.object({
  groups: z.array(z.object({ preferredVersion: z.object({ groupVersion: z.string() }) })),
});
const resourceList = z.object({
  resources: z.array(
    z.object({
      name: z.string(),
      namespaced: z.boolean(),
      kind: z.string(),
      verbs: z.array(z.string()),
    }),
  ),
});

/** Requests at the same time. */
const AT_ONCE = 8;

/**
 * Groups of a released Kubernetes, whose kinds Terraform's provider has types for.
 * https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/
 */
const BUILT_IN = /^(?:|apps|autoscaling|batch|policy|(?:.+\.)?k8s\.io)$/;

/**
 * Asks a cluster which kinds its API can list and delete, in the preferred version of each group. A group that does
 * not answer, such as that of an aggregated API whose server is down, makes the listing fail and is named: its objects
 * can neither be listed nor deleted, and no namespace can be deleted until it answers.
 */
export async function listApiResources(
  call: CallKubernetes,
  signal: AbortSignal,
): Promise<Listing<ApiResource>> {
  const answer = await call("GET", "/apis", signal);
  const groups = answer.state === "ok" ? groupList.safeParse(answer.body) : undefined;
  if (groups?.success !== true)
    return { state: "failed", reason: `get /apis: ${reasonOf(answer)}`, partial: [] };
  const apis = [
    "/api/v1",
    ...groups.data.groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`),
  ];
  const found = await inTurns(apis, AT_ONCE, (api) => listGroup(call, api, signal));
  const items = found.flatMap((one) => (one.state === "complete" ? one.items : one.partial));
  const reasons = found.flatMap((one) => (one.state === "failed" ? [one.reason] : []));
  return reasons.length === 0
    ? { state: "complete", items }
    : { state: "failed", reason: reasons.join("; "), partial: items };
}

async function listGroup(
  call: CallKubernetes,
  api: string,
  signal: AbortSignal,
): Promise<Listing<ApiResource>> {
  const answer = await call("GET", api, signal);
  const parsed = answer.state === "ok" ? resourceList.safeParse(answer.body) : undefined;
  if (parsed?.success !== true)
    return { state: "failed", reason: `API group ${api} does not answer: ${reasonOf(answer)}`, partial: [] };
  const items = parsed.data.resources
    // What cannot be deleted, such as a measurement of metrics.k8s.io, is computed and stored nowhere.
    .filter(({ name, verbs }) => !name.includes("/") && verbs.includes("list") && verbs.includes("delete"))
    .map(({ name, kind, namespaced }) => resourceOf(api, { name, kind, namespaced }));
  return { state: "complete", items };
}

function resourceOf(
  api: string,
  { name, kind, namespaced }: { readonly name: string; readonly kind: string; readonly namespaced: boolean },
): ApiResource {
  const [group, version] = api === "/api/v1" ? ["", "v1"] : (api.split("/").slice(2) as [string, string]);
  const words = kind.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_").toLowerCase();
  return {
    kind: BUILT_IN.test(group) ? `kubernetes_${words}_${version}` : `${name}.${group}`,
    api,
    group,
    resource: name,
    namespaced,
  };
}

function reasonOf(answer: KubernetesAnswer): string {
  return answer.state === "ok"
    ? "the answer is not a list of API resources"
    : `${answer.state}: ${answer.reason}`;
}
