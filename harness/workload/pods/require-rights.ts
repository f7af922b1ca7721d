import { type Act, mayAct } from "../../kubernetes/may-act.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { JobCluster } from "./cluster.ts";

const NAMESPACE_VERBS = ["create", "get", "delete"];
/** What a Job of workers takes in its namespace, from its creation to its removal. */
const JOB_RIGHTS = [
  { group: "batch", resource: "jobs", verbs: ["create", "get", "patch", "delete"] },
  { group: "", resource: "configmaps", verbs: ["create", "get", "delete"] },
  { group: "", resource: "pods", verbs: ["list"] },
  { group: "", resource: "pods/exec", verbs: ["create", "get"] },
] as const;

/**
 * Checks the rights of a load by pods before anything of it is created: one that is missed later leaves its objects.
 * @throws RefbenchError `infrastructure` with each verb and kind that the caller lacks
 */
export async function requireRights(
  { call, name: cluster }: Pick<JobCluster, "call" | "name">,
  { namespace, isMade }: { readonly namespace: string; readonly isMade: boolean },
  signal: AbortSignal,
): Promise<void> {
  const acts: readonly Act[] = [
    ...(isMade ? NAMESPACE_VERBS.map((verb) => ({ verb, group: "", resource: "namespaces" })) : []),
    ...JOB_RIGHTS.flatMap(({ verbs, ...kind }) => verbs.map((verb) => ({ verb, ...kind, namespace }))),
  ];
  // A cluster that does not answer such questions refuses the act itself.
  const answers = await Promise.all(acts.map((act) => mayAct(call, act, signal)));
  const denied = acts.filter((_, index) => answers[index]?.allowed === false);
  if (denied.length === 0) return;
  const words = denied.map(({ verb, group, resource }) => `${verb} ${resource}${group && `.${group}`}`);
  const next = isMade ? ", or name an existing namespace with --load-namespace" : "";
  throw new RefbenchError(
    "infrastructure",
    `${cluster} does not allow the load's pods in namespace ${namespace}: not granted are ${words.join(", ")}; ask for a role with these verbs there${next}`,
  );
}
