import { type Act, mayAct } from "../../../kubernetes/may-act.ts";
import { seenIn } from "../../../model/ports/listing.ts";
import { countOf } from "../../../tools/count-text.ts";
import { inTurns } from "../../../tools/time/in-turns.ts";
import { listApiResources } from "../../kubernetes/shared/api-resources.ts";
import { type Check, failedCheck, passed, unknown } from "../check.ts";
import { type KubernetesContext, kubectlOf } from "./context.ts";
import { RIGHTS } from "./rights.ts";

/** Reviews at the same time. */
const AT_ONCE = 8;

/** Checks every verb on every kind that a run needs. A missing one would fail an apply halfway, or leave a teardown blind. */
export const permissionsCheck: Check<KubernetesContext> = {
  name: "permissions",
  fix: (context) =>
    `bind the ClusterRole of docs/own-cluster.md to this identity: ${kubectlOf(context)} create clusterrolebinding refbench --clusterrole=refbench --user=<the user that "identity" names>`,
  after: ["identity"],
  run: async (context, signal) => {
    const all = await actsOf(context, signal);
    const answers = await inTurns(all, AT_ONCE, async (act) => ({
      act,
      ...(await mayAct(context.call, act, signal)),
    }));
    const unasked = answers.find(({ reason }) => reason !== undefined);
    const denied = answers.filter(({ allowed }) => allowed === false).map(({ act }) => act);
    if (denied.length > 0) return failedCheck(`not granted in all namespaces: ${actWords(denied)}`);
    if (unasked !== undefined) return unknown(`cannot ask for permissions: ${unasked.reason ?? ""}`);
    return passed(`all ${all.length} verbs on kinds that a run and its teardown need are granted`);
  },
};

/** Every act of a run. The kinds to list are those that the cluster has, since a right to `*` may be given one by one. */
async function actsOf({ call }: KubernetesContext, signal: AbortSignal): Promise<readonly Act[]> {
  const kinds = seenIn(await listApiResources(call, signal));
  const made = RIGHTS.filter(({ group }) => group !== "*").flatMap(({ group, resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => ({ verb, group, resource }))),
  );
  const listed = kinds.map(({ group, resource }) => ({ verb: "list", group, resource }));
  return [...made, ...listed];
}

/** How many kinds are named for one list of verbs. */
const NAMED = 12;

/** Acts in words, by the verbs of each kind: `create, get pods/exec; list secrets, deployments.apps`. */
export function actWords(acts: readonly Act[]): string {
  const verbsOf = new Map<string, string[]>();
  for (const { verb, group, resource } of acts) {
    const kind = group === "" ? resource : `${resource}.${group}`;
    verbsOf.set(kind, [...(verbsOf.get(kind) ?? []), verb]);
  }
  const kindsOf = new Map<string, string[]>();
  for (const [kind, verbs] of verbsOf) {
    const words = verbs.join(", ");
    kindsOf.set(words, [...(kindsOf.get(words) ?? []), kind]);
  }
  return [...kindsOf]
    .map(([verbs, kinds]) => {
      const more = kinds.length > NAMED ? ` and ${countOf(kinds.length - NAMED, "other kind")}` : "";
      return `${verbs} ${kinds.slice(0, NAMED).join(", ")}${more}`;
    })
    .join("; ");
}
