import { mayAct } from "../../../kubernetes/may-act.ts";
import { advised, type Check, passed, unknown } from "../check.ts";
import type { KubernetesContext } from "./context.ts";
import { actWords } from "./permissions.ts";
import { OBSERVING_RIGHTS } from "./rights.ts";

/** Says before a run which figures its record will lack. A run without them works, and can say less about its limit. */
export const observationCheck: Check<KubernetesContext> = {
  name: "observation",
  fix: () => "bind the ClusterRole refbench-observe of docs/own-cluster.md, or measure without these figures",
  after: ["identity"],
  run: async ({ call }, signal) => {
    const missing: string[] = [];
    const denied = [];
    for (const { group, resources, verbs, why } of OBSERVING_RIGHTS)
      for (const resource of resources)
        for (const verb of verbs) {
          const act = { verb, group, resource };
          const { allowed, reason } = await mayAct(call, act, signal);
          if (reason !== undefined) return unknown(`cannot ask for permissions: ${reason}`);
          if (allowed === true) continue;
          denied.push(act);
          missing.push(why);
        }
    if (denied.length === 0) return passed("all figures of Coder's pods and nodes can be read");
    return advised(
      `not granted: ${actWords(denied)}; the record will lack: ${missing.join("; ")}`,
      "bind the ClusterRole refbench-observe of docs/own-cluster.md, or measure without these figures",
    );
  },
};
