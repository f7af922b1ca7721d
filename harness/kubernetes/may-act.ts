import { z } from "zod";
import type { CallKubernetes } from "./api.ts";

/** One verb on one kind. */
export interface Act {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  /** In the plural, with its subresource, such as `pods/exec`. */
  readonly resource: string;
  /** Absent = in every namespace, or a kind that is in none. */
  readonly namespace?: string;
}

const review = z.object({
  status: z.object({ allowed: z.boolean(), evaluationError: z.string().optional() }),
});
const PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/** Asks a cluster whether the caller may do something. `reason` says why it did not answer. */
export async function mayAct(
  call: CallKubernetes,
  { verb, group, resource: path, namespace }: Act,
  signal: AbortSignal,
): Promise<{ readonly allowed?: boolean; readonly reason?: string }> {
  const [resource, subresource] = path.split("/");
  const resourceAttributes = {
    ...{ verb, group, resource },
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
  };
  const answer = await call("POST", PATH, signal, {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes },
  });
  if (answer.state !== "ok") return { reason: answer.reason };
  const parsed = review.safeParse(answer.body);
  if (!parsed.success) return { reason: "the answer is not a review" };
  return { allowed: parsed.data.status.allowed };
}
