import type { ProfileServers } from "../profiles/profiled.ts";
import type { Asking } from "./ask.ts";
import type { ClusterView } from "./cluster-view.ts";

const PROXY = { verb: "get", resource: "pods/proxy" } as const;

/** The pprof servers of Coder's pods, reached through the API server's proxy. */
export function podProfiles(asking: Asking, view: ClusterView): ProfileServers {
  return {
    ask: async (of, path, limits) => {
      const pod = (await view.pods(limits.signal)).find(({ name }) => name === of);
      if (pod === undefined) throw new Error("its pod is gone");
      const { namespace, name, pprofPort } = pod;
      if (pprofPort === undefined)
        throw new Error(
          "it is off or for the pod itself only: set CODER_PPROF_ENABLE=true and CODER_PPROF_ADDRESS=0.0.0.0:6060",
        );
      const proxy = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}:${pprofPort}/proxy`;
      return asking.read(`${proxy}${path}`, PROXY, { ...limits, accept: "*/*" });
    },
  };
}
